import { defineConfig, r2, sharedSecret } from "../../../../src/define.ts";

/** Two stores, one of them with a jurisdiction, and keys of a backend's own. */
export default defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [sharedSecret({ issuer: "https://api.acme.dev", audience: "uploads" })],
  stores: {
    media: r2({ account: "0123456789abcdef0123456789abcdef", bucket: "media" }),
    "media-eu": r2({
      account: "0123456789abcdef0123456789abcdef",
      jurisdiction: "eu",
      bucket: "media-eu",
    }),
  },
  policies: {
    document: {
      store: { EU: "media-eu", default: "media" },
      key: "documents/{user}/{id}/{name}",
      types: ["application/pdf", "image/*"],
      maxBytes: "1 GB",
      multipartFrom: "100 MB",
      download: true,
      metadata: ["album"],
      contentDisposition: "attachment",
    },
  },
});
