/** The keys that verify an issuer's tokens: one source per issuer and isolate. */
import {
  createLocalJWKSet,
  errors,
  type CryptoKey,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from "jose";
import * as z from "zod/mini";
import { readText } from "../body.ts";
import { withDeadline } from "../bounded-fetch.ts";
import type { Secret } from "../secret.ts";

/** What the cache needs of the world. */
export interface Outside {
  readonly now: () => number;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Lets work go on after the answer is sent. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

const FRESH_MS = 10 * 60_000;
/** An issuer that is down for a day does not lock its users out. */
const STALE_MS = 24 * 3_600_000;
/** Between two fetches, whatever asks for one: a failure, an unknown `kid`, a stale set. */
const COOL_DOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 64 * 1024;

const jwkSet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** HS256: the secret as a key, imported once. */
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
 * A published JWK Set (RFC 7517): fresh for 10 minutes, then used while it is fetched anew, and
 * for 24 hours while its issuer fails. Throws jose's errors and `KeysUnavailable`.
 */
export function jwksKeySource(url: string, outside: Outside): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | undefined;
  let fetchedAt = 0;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;

  const isCool = () => outside.now() - attemptedAt >= COOL_DOWN_MS;
  const refresh = async () => {
    attemptedAt = outside.now();
    try {
      keys = createLocalJWKSet(await fetchJwks(url, outside));
      fetchedAt = outside.now();
    } catch (error) {
      failedAt = outside.now();
      throw new KeysUnavailable(url, { cause: error });
    }
    return keys;
  };

  return async function getKey(header, token) {
    const age = outside.now() - fetchedAt;
    if (!keys || age >= STALE_MS) {
      // Requests that arrive while the first fetch runs fetch too: an isolate may not share one.
      if (outside.now() - failedAt < COOL_DOWN_MS) throw new KeysUnavailable(url);
      return (await refresh())(header, token);
    }
    if (age >= FRESH_MS && isCool()) outside.waitUntil(refresh().catch(() => undefined));
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !isCool()) throw error;
      return (await refresh())(header, token);
    }
  };
}

/** The issuer's keys could not be read; the cause is for the log. */
class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";

  constructor(url: string, options?: ErrorOptions) {
    super(`The keys at ${url} could not be read`, options);
  }
}

async function fetchJwks(url: string, { fetch }: Outside): Promise<JSONWebKeySet> {
  return withDeadline(TIMEOUT_MS, async (signal) => {
    const headers = { accept: "application/json" };
    const response = await fetch(url, { headers, redirect: "manual", signal });
    if (response.status !== 200 || !response.body) {
      await response.body?.cancel();
      throw new Error(`Answered ${response.status}`);
    }
    return jwkSet.parse(JSON.parse(await readText(response.body, MAX_BYTES)));
  });
}
