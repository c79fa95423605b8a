/** Authenticates claims as the Worker does, with a token that is signed by a temporary key. */
import { SignJWT } from "jose";
import type { Config, Issuer } from "../../src/config/config.ts";
import {
  authenticate,
  refusedAudiencesOf,
  type Caller,
  type Verifiers,
} from "../../src/grant/authenticate.ts";
import { VerifiedTokens } from "../../src/grant/verified-tokens.ts";

export type Claims = Readonly<Record<string, unknown>>;

const LIFE_SECONDS = 3600;

/** Returns the claims with those that the issuer's tokens always have. */
export function completeClaims({ issuers }: Config, claims: Claims, nowMs: number): Claims {
  const issuer = issuers.find((one) => one.issuers.some((name) => name === claims["iss"]));
  const [first] = issuers;
  const chosen = issuer ?? first;
  if (!chosen) throw new TypeError("Cannot choose an issuer: the configuration has none");
  const [iss] = chosen.issuers;
  const seconds = Math.floor(nowMs / 1000);
  return {
    iss,
    ...(chosen.audiences && { aud: chosen.audiences[0] }),
    iat: seconds,
    exp: seconds + LIFE_SECONDS,
    ...Object.fromEntries(
      Object.entries(chosen.claims).map(([claim, [allowed]]) => [claim, allowed]),
    ),
    ...claims,
  };
}

/** Returns the caller whom these claims authenticate. Throws `unauthenticated`, with the reason as its cause. */
export async function authenticateClaims(
  config: Config,
  claims: Claims,
  nowMs: number,
): Promise<Caller> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const typ = config.issuers.find(({ issuers }) =>
    issuers.some((name) => name === claims["iss"]),
  )?.typ;
  const token = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: "HS256", ...(typ !== undefined && { typ }) })
    .sign(key);
  const verifiers: Verifiers = {
    issuers: config.issuers.map((issuer): readonly [Issuer, () => Promise<Uint8Array>] => [
      { ...issuer, algorithms: ["HS256"] },
      async () => key,
    ]),
    refusedAudiences: refusedAudiencesOf(config.adminIssuers),
    verified: new VerifiedTokens(),
  };
  return authenticate(new Headers({ authorization: `Bearer ${token}` }), verifiers, nowMs);
}

/** Names the caller, and how the token is restricted. */
export function describeCaller({ user, issuer, segment, scope }: Caller): string {
  const fields = Object.keys(scope);
  const restriction = fields.length > 0 ? `, restricted by its ${fields.join(", ")}` : "";
  return `${user} of ${issuer}, as ${segment} in keys${restriction}`;
}
