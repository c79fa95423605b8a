/** Request → Caller: a bearer JWT, verified before anything of it is believed. */
import { decodeJwt, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";
import * as z from "zod/mini";
import type { Issuer } from "../config/config.ts";
import { encodeSegment } from "../key/segment.ts";
import { Problem } from "../problem.ts";
import { jwksKeySource, secretKeySource, type Outside } from "./jwks.ts";

declare const authenticated: unique symbol;

/** Who asks. Only `authenticate` makes one. */
export interface Caller {
  readonly [authenticated]: true;
  /** The name of the issuer, and the user's stable id there. */
  readonly issuer: string;
  readonly user: string;
  /** Both, as the one segment of a key that is this user's and nobody else's. */
  readonly segment: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly narrowing: Narrowing;
}

/** What the token itself allows less of than the policies do. */
type Narrowing = z.output<typeof narrowingSchema>;

/** A token that some text cannot be narrowed by is refused: it must not count as unlimited. */
const narrowingSchema = z.object({
  policies: z.optional(z.array(z.string())),
  maxBytes: z.optional(z.int().check(z.nonnegative())),
  key: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
});

const MAX_TOKEN_CHARACTERS = 8192;
const MAX_USER_BYTES = 255;
const CLOCK_TOLERANCE_SECONDS = 30;

/** Every issuer with its keys: made once per isolate. */
export type Verifiers = readonly (readonly [Issuer, JWTVerifyGetKey])[];

export function createVerifiers(issuers: readonly Issuer[], outside: Outside): Verifiers {
  return issuers.map((issuer) => {
    const { secret, jwksUrl = "" } = issuer;
    return [issuer, secret ? secretKeySource(secret) : jwksKeySource(jwksUrl, outside)] as const;
  });
}

/** Throws `unauthenticated`, the same for every reason; the reason is its cause. */
export async function authenticate(
  headers: Headers,
  verifiers: Verifiers,
  now: number,
): Promise<Caller> {
  try {
    return await verify(readToken(headers, verifiers), verifiers, now);
  } catch (cause) {
    throw new Problem("unauthenticated", "Send a valid token: Authorization: Bearer <token>", {
      headers: { "www-authenticate": 'Bearer realm="edge-presigner"' },
      cause,
    });
  }
}

function readToken(headers: Headers, verifiers: Verifiers): string {
  const bearer = /^Bearer +([\w.-]+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  const assertion = verifiers
    .map(([{ tokenHeader }]) => tokenHeader && headers.get(tokenHeader))
    .find(Boolean);
  const token = headers.has("authorization") ? bearer : assertion;
  if (!token) throw new Error("No bearer token");
  if (token.length > MAX_TOKEN_CHARACTERS) throw new Error("The token is too long");
  return token;
}

async function verify(token: string, verifiers: Verifiers, now: number): Promise<Caller> {
  // Unverified, and used for nothing but to choose whose keys have to fit.
  const { iss } = decodeJwt(token);
  const [issuer, getKey] =
    verifiers.find(([{ issuers }]) => iss !== undefined && issuers.includes(iss)) ?? [];
  if (!issuer || !getKey) throw new Error("The issuer is not known");
  const { payload } = await jwtVerify(token, getKey, {
    algorithms: [...issuer.algorithms],
    issuer: [...issuer.issuers],
    ...(issuer.audiences && { audience: [...issuer.audiences] }),
    ...(issuer.typ && { typ: issuer.typ }),
    requiredClaims: ["exp"],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: new Date(now),
  });
  for (const [claim, allowed] of Object.entries(issuer.claims)) {
    const value = payload[claim];
    if (typeof value !== "string" || !allowed.includes(value))
      throw new Error(`The claim ${claim} does not fit`);
  }
  return toCaller(issuer, payload);
}

function toCaller(issuer: Issuer, payload: JWTPayload): Caller {
  const user = payload[issuer.userClaim];
  if (typeof user !== "string" || user === "")
    throw new Error(`The claim ${issuer.userClaim} names no user`);
  if (new TextEncoder().encode(user).length > MAX_USER_BYTES)
    throw new Error("The user's id is too long");
  const [name = ""] = issuer.issuers;
  // ".-" is in no encoded text: a dot is followed by two hexadecimal digits there.
  const prefix = issuer.userPrefix ? `${issuer.userPrefix}.-` : "";
  const caller: Omit<Caller, typeof authenticated> = {
    issuer: name,
    user,
    segment: prefix + encodeSegment(user),
    claims: payload,
    narrowing: narrowingSchema.parse(payload),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return caller as Caller;
}
