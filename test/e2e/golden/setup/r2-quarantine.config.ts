import { auth0, defineConfig, r2 } from "../../../../src/define.ts";

/** A policy whose files are promoted, on a store whose keys cannot be restricted to a prefix. */
export default defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [auth0({ domain: "acme.eu.auth0.com", audience: "https://uploads.acme.dev" })],
  stores: { media: r2({ account: "0123456789abcdef0123456789abcdef", bucket: "media" }) },
  policies: {
    video: {
      store: "media",
      key: "videos/{user}/{id}/{name}",
      types: ["video/mp4"],
      maxBytes: "1 GB",
      multipartFrom: "100 MB",
      quarantine: { verify: [], scanner: { binding: "SCANNER" } },
    },
  },
});
