/** Request → Caller: verifies a bearer JWT before any of its claims is used. */
import { decodeJwt, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";
import type { Issuer } from "../config/config.ts";
import { encodeUserSegment } from "../key/segment.ts";
import { Problem } from "../problem.ts";
import { jwksKeySource, secretKeySource, type JwksDependencies } from "./jwks.ts";
import { ownerOf, userError, type Owner } from "./owner.ts";
import { parseScope, type CallerScope } from "./token-scope.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

declare const authenticated: unique symbol;

/** An authenticated user. Only `toCaller` makes one, and `restrict` one with fewer rights. */
export interface Caller extends Owner {
  readonly [authenticated]: true;
  /** Issuer and user as one segment of a key, which no other user shares. */
  readonly segment: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** When the token expires, in seconds since 1970. */
  readonly expiresAtSeconds: number;
  readonly scope: CallerScope;
}

const MAX_TOKEN_CHARACTERS = 8192;
const CLOCK_TOLERANCE_SECONDS = 30;

/** The header of a 401 (RFC 6750). */
export const CHALLENGE = { "www-authenticate": 'Bearer realm="edge-presigner"' } as const;

/** Every issuer with its keys, and the tokens that were verified lately. Created once per isolate. */
export interface Verifiers {
  readonly issuers: readonly (readonly [Issuer, JWTVerifyGetKey])[];
  /** Of admins for users, and of users for admins: a token for both is accepted as neither. */
  readonly refusedAudiences: ReadonlySet<string>;
  readonly verified: VerifiedTokens<Caller>;
}

/** Creates the verifiers of these issuers. No token for an audience of the `others` is accepted. */
export function createVerifiers(
  issuers: readonly Issuer[],
  others: readonly Issuer[],
  dependencies: JwksDependencies,
): Verifiers {
  return {
    refusedAudiences: refusedAudiencesOf(others),
    issuers: issuers.map((issuer) => [
      issuer,
      issuer.kind === "shared-secret"
        ? secretKeySource(issuer.secret)
        : jwksKeySource(issuer.jwksUrl, dependencies),
    ]),
    verified: new VerifiedTokens(),
  };
}

/** Returns the audiences of the other kind of issuer. */
export function refusedAudiencesOf(others: readonly Issuer[]): ReadonlySet<string> {
  return new Set(others.flatMap(({ audiences = [] }) => audiences));
}

/** Returns the caller. Throws `unauthenticated`, the same for every reason; the reason is its `cause`. */
export async function authenticate(
  headers: Headers,
  verifiers: Verifiers,
  nowMs: number,
): Promise<Caller> {
  try {
    const token = readToken(headers, verifiers);
    const known = verifiers.verified.find(token, nowMs);
    if (known) return known;
    const caller = await verify(token, verifiers, nowMs);
    verifiers.verified.add(token, caller, { nowMs, ...caller });
    return caller;
  } catch (cause) {
    throw unauthenticated(cause);
  }
}

/** Returns the problem of a missing or invalid identity, the same for every reason. */
export function unauthenticated(cause: unknown): Problem {
  const detail = "Send a valid token: Authorization: Bearer <token>";
  return new Problem("unauthenticated", detail, { headers: CHALLENGE, cause });
}

/** Returns whether the request has a token, valid or not. */
export function hasToken(headers: Headers, issuers: readonly Issuer[]): boolean {
  if (issuers.length === 0) return false;
  if (headers.has("authorization")) return true;
  return issuers.some(({ tokenHeader }) => tokenHeader && headers.has(tokenHeader));
}

function readToken(headers: Headers, { issuers }: Verifiers): string {
  const authorization = headers.get("authorization");
  const token =
    authorization === null
      ? issuers.map(([{ tokenHeader }]) => tokenHeader && headers.get(tokenHeader)).find(Boolean)
      : /^Bearer +([\w.-]+)$/i.exec(authorization)?.[1];
  if (!token) throw new Error("No bearer token");
  if (token.length > MAX_TOKEN_CHARACTERS) throw new Error("The token is too long");
  return token;
}

async function verify(
  token: string,
  { issuers, refusedAudiences }: Verifiers,
  nowMs: number,
): Promise<Caller> {
  // Unverified: it only selects the issuer whose keys must have signed the token.
  const { iss } = decodeJwt(token);
  const [issuer, getKey] =
    issuers.find(([{ issuers: names }]) => iss !== undefined && names.includes(iss)) ?? [];
  if (!issuer || !getKey) throw new Error("The issuer is unknown");
  const { payload } = await jwtVerify(token, getKey, {
    algorithms: [...issuer.algorithms],
    issuer: [...issuer.issuers],
    ...(issuer.audiences && { audience: [...issuer.audiences] }),
    ...(issuer.typ && { typ: issuer.typ }),
    requiredClaims: ["exp"],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: new Date(nowMs),
  });
  if ([payload.aud ?? []].flat().some((audience) => refusedAudiences.has(audience)))
    throw new Error("The token is for the other kind of issuer too");
  for (const [claim, allowed] of Object.entries(issuer.claims)) {
    const value = payload[claim];
    if (typeof value !== "string" || !allowed.includes(value))
      throw new Error(`The claim ${claim} has another value than the configuration allows`);
  }
  return toCaller(issuer, payload);
}

/** Returns the caller whom these claims name, after somebody else has vouched for them. Throws for invalid ones. */
export function toCaller(
  issuer: Pick<Issuer, "issuers" | "userClaim" | "userPrefix">,
  payload: JWTPayload,
): Caller {
  const user = payload[issuer.userClaim];
  if (typeof user !== "string" || user === "")
    throw new Error(`The claim ${issuer.userClaim} has no user id`);
  const error = userError(user);
  if (error !== undefined) throw new Error(error);
  const [name = ""] = issuer.issuers;
  const caller: Omit<Caller, typeof authenticated> = {
    ...ownerOf(name, user),
    segment: encodeUserSegment(user, issuer.userPrefix),
    claims: payload,
    expiresAtSeconds: payload.exp ?? 0,
    scope: parseScope(payload),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return caller as Caller;
}
