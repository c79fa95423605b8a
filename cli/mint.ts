/** Signs bearer tokens for the development server. */
import { SignJWT } from "jose";
import { DEVELOPMENT_SECRETS } from "../dev/secrets.ts";

/** The restrictions of a token, and its lifetime. */
export interface TokenOptions {
  readonly policies?: readonly string[] | undefined;
  readonly maxBytes?: number | undefined;
  readonly key?: string | undefined;
  readonly actions?: readonly string[] | undefined;
  /** Other claims, such as those of key templates. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  readonly expiresInSeconds: number;
}

/** Returns a signed token of an admin of the development server: its secret is public too. */
export async function mintDevelopmentAdminToken(
  admin: string,
  expiresInSeconds: number,
): Promise<string> {
  return sign({ role: "admin" }, { user: admin, expiresInSeconds }, ADMINS);
}

/** Returns a signed token that only the development server accepts: its secret is public. */
export async function mintDevelopmentToken(
  user: string,
  { policies, maxBytes, key, actions, claims, expiresInSeconds }: TokenOptions,
): Promise<string> {
  return sign(
    {
      ...claims,
      ...(policies && { policies }),
      ...(maxBytes !== undefined && { maxBytes }),
      ...(key !== undefined && { key }),
      ...(actions && { actions }),
    },
    { user, expiresInSeconds },
    USERS,
  );
}

const USERS = { audience: "edge-presigner", secret: DEVELOPMENT_SECRETS.AUTH_SECRET };
const ADMINS = { audience: "edge-presigner-admin", secret: DEVELOPMENT_SECRETS.ADMIN_SECRET };

function sign(
  claims: Readonly<Record<string, unknown>>,
  { user, expiresInSeconds }: { readonly user: string; readonly expiresInSeconds: number },
  { audience, secret }: typeof USERS | typeof ADMINS,
): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer("development")
    .setAudience(audience)
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
    .sign(new TextEncoder().encode(secret));
}
