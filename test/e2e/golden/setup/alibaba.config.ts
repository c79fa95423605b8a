import { alibaba, defineConfig, clerk } from "../../../../src/define.ts";

/** A service with the bucket before the host only, keys of its own, and its own header against overwriting. */
export default defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [clerk({ domain: "clerk.acme.dev", authorizedParties: ["https://app.acme.dev"] })],
  stores: { media: alibaba({ region: "ap-southeast-1", bucket: "acme-media" }) },
  policies: {
    photo: {
      store: "media",
      key: "photos/{user}/{id}.{ext}",
      types: ["image/*"],
      maxBytes: "10 MB",
    },
  },
});
