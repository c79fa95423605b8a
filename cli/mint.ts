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

/** Returns a signed token that only the development server accepts: its secret is public. */
export async function mintDevelopmentToken(
  user: string,
  { policies, maxBytes, key, actions, claims, expiresInSeconds }: TokenOptions,
): Promise<string> {
  return new SignJWT({
    ...claims,
    ...(policies && { policies }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(key !== undefined && { key }),
    ...(actions && { actions }),
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer("development")
    .setAudience("edge-presigner")
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
    .sign(new TextEncoder().encode(DEVELOPMENT_SECRETS.AUTH_SECRET));
}
