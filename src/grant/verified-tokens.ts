/**
 * Remembers for a minute that a token was verified: its signature, issuer and times. What may change
 * meanwhile is decided on each request.
 */
import { sha256Hex } from "../hash.ts";

const MAX_TOKENS = 1000;
const REMEMBERED_MS = 60_000;

interface Verified<Value> {
  readonly value: Value;
  readonly untilMs: number;
}

/** The newest verified tokens of an isolate, by their SHA-256: the tokens themselves are not kept. */
export class VerifiedTokens<Value> {
  readonly #byDigest = new Map<string, Verified<Value>>();

  /** Returns what was added for the token, or `undefined` after a minute or when the token has expired. */
  find(token: string, nowMs: number): Value | undefined {
    const found = this.#byDigest.get(sha256Hex(token));
    return found && nowMs < found.untilMs ? found.value : undefined;
  }

  /** Adds a token that was verified now, and forgets the oldest one of a thousand. */
  add(token: string, value: Value, { nowMs, expiresAtSeconds }: Moment): void {
    const digest = sha256Hex(token);
    this.#byDigest.delete(digest);
    const [oldest] = this.#byDigest.keys();
    if (this.#byDigest.size >= MAX_TOKENS && oldest !== undefined) this.#byDigest.delete(oldest);
    const untilMs = Math.min(nowMs + REMEMBERED_MS, expiresAtSeconds * 1000);
    this.#byDigest.set(digest, { value, untilMs });
  }
}

interface Moment {
  readonly nowMs: number;
  /** When the token expires, in seconds since 1970. */
  readonly expiresAtSeconds: number;
}
