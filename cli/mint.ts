/** Signs bearer tokens for the development server. */
import { SignJWT } from "jose";
import { DEVELOPMENT_SECRETS } from "../dev/secrets.ts";

/** The restrictions of a token, and its lifetime. */
export interface TokenOptions {
  readonly policies?: readonly string[] | undefined;
  readonly maxBytes?: number | undefined;
  readonly key?: string | undefined;
  readonly expiresInSeconds: number;
}

/** Returns a signed token that only the development server accepts: its secret is public. */
export async function mintDevelopmentToken(
  user: string,
  { policies, maxBytes, key, expiresInSeconds }: TokenOptions,
): Promise<string> {
  return new SignJWT({
    ...(policies && { policies }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(key !== undefined && { key }),
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer("development")
    .setAudience("edge-presigner")
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
    .sign(new TextEncoder().encode(DEVELOPMENT_SECRETS.AUTH_SECRET));
}
