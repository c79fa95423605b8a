/** The store that was started, and a configuration with one policy on it. */
import development from "../../dev/presigner.config.ts";
import { addressOf } from "../e2e/support/store.ts";

const address = addressOf("");
export const peer = { endpoint: address.origin, region: address.region, bucket: address.bucket };
export const PEER_ENV = {
  LOCAL_ACCESS_KEY_ID: address.accessKeyId,
  LOCAL_SECRET_ACCESS_KEY: address.secretAccessKey,
};

export const videoOn = (local: object, policy: object = {}) => ({
  ...development,
  revocations: false,
  origins: ["https://app.acme.dev"],
  stores: { local },
  defaultPolicy: "video",
  policies: { video: { ...development.policies["video"], ...policy } },
});
