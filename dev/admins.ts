import { sharedSecret } from "../src/config/issuer-presets.ts";

/** The issuer of `npx edge-presigner token --admin`. Its secret is public. */
export const DEVELOPMENT_ADMINS = sharedSecret({
  issuer: "development",
  audience: "edge-presigner-admin",
  secret: "ADMIN_SECRET",
  claims: { role: ["admin"] },
  admin: true,
});
