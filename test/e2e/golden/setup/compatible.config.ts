import { clerk, compatible, defineConfig } from "../../../../src/define.ts";

/** A server of which nothing is known, for apps that are no browser, with keys of the whole bucket. */
export default defineConfig({
  origins: [],
  issuers: [clerk({ domain: "clerk.acme.dev", authorizedParties: ["https://app.acme.dev"] })],
  stores: {
    files: compatible({
      endpoint: "https://s3.acme.dev:9000",
      region: "us-east-1",
      bucket: "files",
    }),
  },
  policies: {
    anything: {
      store: "files",
      key: "{user}/{id}",
      types: ["*/*"],
      maxBytes: "100 MB",
    },
  },
});
