import { auth0, aws, defineConfig } from "../../../../src/define.ts";

/** Files that are promoted: in one PUT and in parts, with tags, beside a policy without a quarantine. */
export default defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [auth0({ domain: "acme.eu.auth0.com", audience: "https://uploads.acme.dev" })],
  stores: { media: aws({ region: "eu-central-1", bucket: "acme-media" }) },
  defaultPolicy: "avatar",
  policies: {
    avatar: {
      store: "media",
      key: "users/{user}/avatar/{id}.{ext}",
      types: ["image/jpeg", "image/png"],
      maxBytes: "5 MB",
      expiresIn: "2 min",
    },
    checked: {
      store: "media",
      key: "checked/{user}/{id}.{ext}",
      types: ["image/png"],
      maxBytes: "10 MB",
      expiresIn: "1 min",
      tags: { source: "app" },
      quarantine: {
        scanner: { url: "https://scanner.acme.dev/scan", secret: "CLAMAV_SCANNER_SECRET" },
      },
    },
    video: {
      store: "media",
      key: "videos/{user}/{id}/{name}",
      types: ["video/mp4"],
      maxBytes: "50 GB",
      multipartFrom: "100 MB",
      resumeWithin: "3 days",
      download: true,
      quarantine: { prefix: "unchecked/" },
    },
  },
});
