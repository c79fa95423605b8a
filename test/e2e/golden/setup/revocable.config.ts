import { auth0, aws, defineConfig } from "../../../../src/define.ts";

const LOGIN = { domain: "acme.eu.auth0.com" };

/** Uploads that can be revoked, with and without parts. */
export default defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [
    auth0({ ...LOGIN, audience: "https://uploads.acme.dev" }),
    auth0({
      ...LOGIN,
      audience: "https://uploads.acme.dev/admin",
      claims: { role: ["admin"] },
      admin: true,
    }),
  ],
  revocations: true,
  stores: { media: aws({ region: "eu-central-1", bucket: "acme-media" }) },
  policies: {
    avatar: {
      store: "media",
      key: "users/{user}/avatar/{id}.{ext}",
      types: ["image/jpeg"],
      maxBytes: "5 MB",
    },
    video: {
      store: "media",
      key: "videos/{user}/{id}/{name}",
      types: ["video/*"],
      maxBytes: "50 GB",
      multipartFrom: "100 MB",
    },
  },
});
