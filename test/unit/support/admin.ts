/** The Worker of the tests with an admin issuer, and tokens of it. */
import { sharedSecret } from "../../../src/define.ts";
import { CONFIG, ENV, NOW } from "./start-worker.ts";
import { mintShared } from "./tokens.ts";

const ADMIN_SECRET = "an admin secret of more than thirty-two characters";
export const ADMIN_ENV = { ...ENV, ADMIN_SECRET };

/** Of the same identity provider as the users: only the audience and the claims tell them apart. */
export const ADMIN_ISSUER = sharedSecret({
  issuer: "https://backend.example.com",
  audience: "uploads-admin",
  secret: "ADMIN_SECRET",
  claims: { role: ["admin"] },
  admin: true,
});

export const ADMIN_CONFIG = { ...CONFIG, issuers: [...CONFIG.issuers, ADMIN_ISSUER] };

const SECONDS = NOW / 1000;
const ADMIN_CLAIMS = {
  iss: "https://backend.example.com",
  aud: "uploads-admin",
  sub: "root",
  role: "admin",
  iat: SECONDS,
  exp: SECONDS + 600,
};

/** A token of the admin root, with the given claims. */
export async function adminToken(
  claims: Readonly<Record<string, unknown>> = {},
  secret = ADMIN_SECRET,
): Promise<string> {
  return mintShared(secret, { ...ADMIN_CLAIMS, ...claims });
}
