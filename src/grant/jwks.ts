/** The keys that verify an issuer's tokens: a shared secret, or a cached JWK Set. */
import { createLocalJWKSet, type CryptoKey, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import * as z from "zod/mini";
import { lazy } from "../lazy.ts";
import { boundedFetch, type Fetch } from "../bounded-fetch.ts";
import { describeError } from "../log.ts";
import type { Secret } from "../secret.ts";
import { waitAtMost } from "../wait-at-most.ts";

export interface JwksDependencies {
  readonly now: () => number;
  readonly fetch: Fetch;
  /** Lets work continue after the response. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

const FRESH_MS = 10 * 60_000;
/** An outage of the issuer for a day does not lock its users out. */
const STALE_MS = 24 * 3_600_000;
/** The least time between two fetches, whatever their reason. */
const COOL_DOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 64 * 1024;

const jwkSet = lazy(() => z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) }));

/** Returns the key source of a shared secret (HS256). The key is imported once. */
export function secretKeySource(secret: Secret): JWTVerifyGetKey {
  let key: CryptoKey | undefined;
  return async () => {
    if (key) return key;
    const bytes = new TextEncoder().encode(secret.reveal());
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["verify"]);
    return key;
  };
}

/**
 * Returns the key source of a published JWK Set (RFC 7517). A set is fresh for 10 minutes; after that
 * it is still used while a new one is fetched, for 24 hours at most. Throws jose's errors and
 * `JwksUnavailable`.
 */
export function jwksKeySource(
  url: string,
  { now, fetch, waitUntil }: JwksDependencies,
): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | undefined;
  let fetchedAt = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let underway: Promise<JWTVerifyGetKey> | undefined;

  /** A clock that was set back must not keep anybody waiting. */
  const since = (atMs: number) => Math.abs(now() - atMs);
  const isCool = () => since(Math.max(fetchedAt, failedAt)) >= COOL_DOWN_MS;
  const load = async () => {
    try {
      keys = createLocalJWKSet(await fetchJwks(url, fetch));
      fetchedAt = now();
      return keys;
    } catch (error) {
      failedAt = now();
      throw new JwksUnavailable(url, { cause: error });
    }
  };
  /** Joins the fetch of another request, or starts one that goes on after the response. */
  const refresh = async (): Promise<JWTVerifyGetKey> => {
    const earlier = underway;
    const joined = earlier && (await waitAtMost(TIMEOUT_MS, earlier));
    if (joined) return joined;
    // It was cut off: the first of those that waited replaces it, and the others join that one.
    if (earlier && !isCool()) {
      if (keys && fetchedAt > failedAt) return keys;
      throw new JwksUnavailable(url);
    }
    if (earlier && underway !== earlier) return refresh();
    const work = load().finally(() => {
      if (underway === work) underway = undefined;
    });
    underway = work;
    waitUntil(work.catch(() => undefined));
    return work;
  };

  return async function getKey(header, token) {
    const age = since(fetchedAt);
    if (!keys || age >= STALE_MS) {
      if (since(failedAt) < COOL_DOWN_MS) throw new JwksUnavailable(url);
      return (await refresh())(header, token);
    }
    if (age >= FRESH_MS && isCool()) waitUntil(refresh().catch(() => undefined));
    try {
      return await keys(header, token);
    } catch (error) {
      if (!isUnknownKey(error) || !isCool()) throw error;
      return (await refresh())(header, token);
    }
  };
}

/** Returns whether the token names a key that is not in the set (jose: `JWKSNoMatchingKey`). */
function isUnknownKey(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_JWKS_NO_MATCHING_KEY";
}

/** The issuer's keys could not be read. */
class JwksUnavailable extends Error {
  override readonly name = "JwksUnavailable";
  readonly logReason: string;

  constructor(url: string, options?: ErrorOptions) {
    super(`The keys at ${url} could not be read`, options);
    const cause = describeError(options?.cause);
    this.logReason = `${this.name}: ${this.message}${cause === undefined ? "" : ` (${cause})`}`;
  }
}

async function fetchJwks(url: string, fetch: Fetch): Promise<JSONWebKeySet> {
  const { status, text } = await boundedFetch(
    {
      url,
      init: { headers: { accept: "application/json" } },
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
    },
    fetch,
  );
  if (status !== 200) throw new Error(`The response is ${status}`);
  return jwkSet().parse(JSON.parse(text));
}
