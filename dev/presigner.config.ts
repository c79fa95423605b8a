/** The configuration of the development server. Its origins and its store make the Worker answer only on a loopback host. */
import { defineConfig, local, sharedSecret } from "../src/define.ts";
import { DEVELOPMENT_ADMINS } from "./admins.ts";

export default defineConfig({
  origins: ["http://localhost:*", "http://127.0.0.1:*"],
  issuers: [
    sharedSecret({ issuer: "development", audience: "edge-presigner" }),
    DEVELOPMENT_ADMINS,
  ],
  revocations: true,
  stores: { local: local({ bucket: "uploads" }) },
  limits: { perAddress: "10000 / minute", perCaller: "10000 / minute" },
  defaultPolicy: "photo",
  policies: {
    photo: {
      store: "local",
      key: "photos/{user}/{id}.{ext}",
      types: ["image/*"],
      maxBytes: "10 MB",
      size: "optional",
      allowContentTypeOnly: true,
      download: true,
      delete: true,
    },
    avatar: {
      store: "local",
      key: "avatars/{user}/{id}.{ext}",
      types: ["image/jpeg", "image/png", "image/webp"],
      maxBytes: "5 MB",
      expiresIn: "2 min",
      checksum: ["sha256", "md5"],
    },
    document: {
      store: "local",
      key: "documents/{user}/{id}/{name}",
      types: ["*/*"],
      maxBytes: "100 MB",
      metadata: ["album", "note"],
      backgroundExpiresIn: "1 day",
      download: true,
      delete: true,
    },
    limited: {
      store: "local",
      key: "limited/{user}/{id}.{ext}",
      types: ["image/*"],
      maxBytes: "10 MB",
      quota: { uploads: "50 / minute", bytes: "20 MB / day", pending: 50 },
    },
    plan: {
      store: "local",
      key: "plan/{user}/{id}.{ext}",
      types: ["image/*"],
      maxBytes: "10 MB",
      quota: { stored: "25 MB", objects: 20 },
      download: true,
      delete: true,
    },
    team: {
      store: "local",
      key: "teams/{claim.team}/{user}/{id}.{ext}",
      types: ["image/*"],
      maxBytes: "10 MB",
      quota: { bytes: "25 MB / day" },
      quotaFor: "{claim.team}",
    },
    video: {
      store: "local",
      key: "videos/{user}/{id}.{ext}",
      types: ["video/*", "application/octet-stream"],
      maxBytes: "5 GB",
      multipartFrom: "8 MiB",
      backgroundExpiresIn: "1 day",
      download: true,
    },
  },
});
