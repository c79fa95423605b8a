import { auth0, ceph, compatible, defineConfig } from "../../../../src/define.ts";

const read = (name: string) => process.env[name] ?? "";
const makeStore = read("STORE") === "ceph" || read("STORE_PROVIDER") === "ceph" ? ceph : compatible;

/** The server that `npm run test:stores` runs on, with parts, downloads and metadata. */
export default defineConfig({
  origins: ["https://app.acme.dev", "https://admin.acme.dev:8443"],
  issuers: [auth0({ domain: "acme.eu.auth0.com", audience: "https://uploads.acme.dev" })],
  stores: {
    peer: makeStore({
      endpoint: read("S3_ENDPOINT"),
      region: read("S3_REGION"),
      bucket: read("S3_BUCKET"),
    }),
  },
  policies: {
    video: {
      store: "peer",
      key: "videos/{user}/{id}/{name}",
      types: ["video/*"],
      maxBytes: "50 GB",
      multipartFrom: "100 MB",
      resumeWithin: "3 days",
      download: read("SETUP_DOWNLOAD") !== "",
      metadata: ["album"],
      overwrite: true,
    },
  },
});
