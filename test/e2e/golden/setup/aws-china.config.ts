import { aws, defineConfig, jwks } from "../../../../src/define.ts";

/** A region of China, whose ARNs are of another partition. */
export default defineConfig({
  origins: ["https://app.acme.cn"],
  issuers: [
    jwks({
      issuer: "https://id.acme.cn",
      audience: "https://uploads.acme.cn",
      jwksUrl: "https://id.acme.cn/jwks",
    }),
  ],
  stores: { media: aws({ region: "cn-north-1", bucket: "acme-media" }) },
  policies: {
    photo: {
      store: "media",
      key: "photos/{user}/{id}.{ext}",
      types: ["image/*"],
      maxBytes: "10 MB",
      download: true,
    },
  },
});
