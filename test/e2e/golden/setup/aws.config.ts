import { auth0, aws, defineConfig } from "../../../../src/define.ts";

/** Parts, downloads, tags and one policy that may overwrite. */
export default defineConfig({
  origins: ["https://app.acme.dev", "https://admin.acme.dev:8443"],
  issuers: [auth0({ domain: "acme.eu.auth0.com", audience: "https://uploads.acme.dev" })],
  stores: { media: aws({ region: "eu-central-1", bucket: "acme-media" }) },
  webhook: { url: "https://api.acme.dev/hooks" },
  policies: {
    avatar: {
      store: "media",
      key: "users/{user}/avatar/{id}.{ext}",
      types: ["image/jpeg", "image/png"],
      maxBytes: "5 MB",
      expiresIn: "2 min",
      checksum: ["sha256"],
    },
    video: {
      store: "media",
      key: "videos/{user}/{id}/{name}",
      types: ["video/*"],
      maxBytes: "50 GB",
      multipartFrom: "100 MB",
      resumeWithin: "3 days",
      expiresIn: "1 h",
      backgroundExpiresIn: "1 day",
      download: true,
      metadata: ["album", "taken-at"],
      cacheControl: "private",
      tags: { source: "app" },
      checksum: ["sha256", "crc64nvme"],
    },
    banner: {
      store: "media",
      key: "banners/{user}/current.{ext}",
      types: ["image/*"],
      maxBytes: "2 MB",
      overwrite: true,
      delete: true,
      checksum: ["md5"],
    },
  },
});
