/**
 * What this deployment allows. It is an example until you put your own values in: `npm run deploy`
 * names each one that is missing. Every field: docs/configuration.md.
 */
import { auth0, defineConfig, r2 } from "./src/define.ts";

export default defineConfig({
  origins: ["https://app.example.com"],
  issuers: [auth0({ domain: "YOUR-TENANT.eu.auth0.com", audience: "https://uploads.example.com" })],
  stores: {
    media: r2({ account: "YOUR-CLOUDFLARE-ACCOUNT-ID", bucket: "media" }),
  },
  defaultPolicy: "avatar",
  policies: {
    avatar: {
      store: "media",
      key: "users/{user}/avatar/{id}.{ext}",
      types: ["image/jpeg", "image/png", "image/webp"],
      maxBytes: "5 MB",
      expiresIn: "2 min",
    },
  },
});
