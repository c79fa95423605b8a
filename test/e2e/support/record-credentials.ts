/** Records the credentials that the Worker gives for a bucket of R2: the embedded store has none. */
import development from "../../../dev/presigner.config.ts";
import { r2 } from "../../../src/define.ts";
import type { Exchanges } from "./exchange.ts";
import { startWorker } from "./record-failures.ts";

export const CREDENTIALS_CONFIG = {
  ...development,
  revocations: false,
  stores: {
    ...development.stores,
    media: r2({ account: "0123456789abcdef0123456789abcdef", bucket: "acme-media" }),
  },
  policies: {
    ...development.policies,
    sync: {
      store: "media",
      key: "sync/{user}/",
      credentials: { actions: ["read", "write"], expiresIn: "1 h" },
    },
  },
};
export const CREDENTIALS_SECRETS = {
  MEDIA_ACCESS_KEY_ID: "an example of a writing key",
  MEDIA_SECRET_ACCESS_KEY: "an example of a writing secret",
  MEDIA_SCOPED_ACCESS_KEY_ID: "an-example-of-a-parent",
  MEDIA_SCOPED_SECRET_ACCESS_KEY: "an example of a parent's secret",
};

export async function recordCredentials(): Promise<Exchanges> {
  const ask = startWorker({}, CREDENTIALS_SECRETS, CREDENTIALS_CONFIG);
  return { credentials: await ask("POST", "/v1/credentials", { policy: "sync" }) };
}
