/** Claims → Caller: through the Worker's own check of tokens, under a key of this moment. */
import { SignJWT } from "jose";
import type { Config, Issuer } from "../../src/config/config.ts";
import { authenticate, type Caller, type Verifiers } from "../../src/grant/authenticate.ts";

export type Claims = Readonly<Record<string, unknown>>;

const LIFE_SECONDS = 3600;

/** What an issuer's token has without being told: the rest is the user's. */
export function completeClaims({ issuers }: Config, claims: Claims, nowMs: number): Claims {
  const issuer = issuers.find((one) => one.issuers.some((name) => name === claims["iss"]));
  const [first] = issuers;
  const as = issuer ?? first;
  if (!as) throw new TypeError("Cannot name an issuer: the configuration has none");
  const [iss] = as.issuers;
  const seconds = Math.floor(nowMs / 1000);
  return {
    iss,
    ...(as.audiences && { aud: as.audiences[0] }),
    iat: seconds,
    exp: seconds + LIFE_SECONDS,
    ...Object.fromEntries(Object.entries(as.claims).map(([claim, [allowed]]) => [claim, allowed])),
    ...claims,
  };
}

/** Whoever the Worker would take the bearer of these claims for. Throws `unauthenticated`, with its reason as cause. */
export async function callerOf(config: Config, claims: Claims, nowMs: number): Promise<Caller> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const typ = config.issuers.find(({ issuers }) =>
    issuers.some((name) => name === claims["iss"]),
  )?.typ;
  const token = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: "HS256", ...(typ !== undefined && { typ }) })
    .sign(key);
  const verifiers: Verifiers = config.issuers.map(
    (issuer): readonly [Issuer, () => Promise<Uint8Array>] => [
      { ...issuer, algorithms: ["HS256"] },
      async () => key,
    ],
  );
  return authenticate(new Headers({ authorization: `Bearer ${token}` }), verifiers, nowMs);
}
