/** What an isolate knows of the revocations: read from their ledger at its first request, and then every ten seconds. */
import type { Owner } from "../grant/owner.ts";
import { refuseRevoked, type Issued, type RevokedUntil } from "../grant/revoked.ts";
import { describeError, type Log } from "../log.ts";
import { Problem } from "../problem.ts";
import {
  REVOCATIONS,
  type Revocation,
  type RevocationLedger,
  type RevocationList,
} from "./revocation.ts";

interface Dependencies {
  readonly now: () => number;
  readonly log: Log;
  /** Lets work continue after the response. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** The binding `LEDGER`, as far as it is used. */
export interface RevocationNamespace {
  readonly getByName: (name: string) => RevocationLedger;
}

export interface KnownRevocations {
  /**
   * Reads them if it is time. Returns a promise only where the request has to wait, half a second at most. It
   * never fails: `refuse` does, as long as nothing is known.
   */
  readonly refresh: () => Promise<void> | undefined;
  /** Throws `revoked`, and `ledger-unavailable` where what is known is too old. */
  readonly refuse: (owner: Owner, issued: Issued) => void;
  /**
   * Adds a revocation, which this isolate knows at once. Returns until when is refused, and `undefined` where there
   * is no room. Throws `ledger-unavailable`.
   */
  readonly revoke: (revocation: Revocation) => Promise<number | undefined>;
}

const FRESH_MS = 10_000;
/** Every isolate knows a revocation after this time, or serves nobody. */
export const MAX_AGE_MS = 60_000;
const WAIT_MS = 500;
/** The least time between two reads. */
const RETRY_MS = 2000;
const RETRY_SECONDS = 5;

interface Known {
  readonly version: string;
  readonly until: RevokedUntil;
  /** When the read of it began. */
  readonly readAtMs: number;
}

/** Creates it once per isolate. It asks nobody before the first request. */
export function createKnownRevocations(
  namespace: RevocationNamespace | undefined,
  { now, log, waitUntil }: Dependencies,
): KnownRevocations {
  let known: Known | undefined;
  let underway: { readonly work: Promise<void>; readonly startedAtMs: number } | undefined;

  const ledger = () => {
    if (namespace) return namespace.getByName(REVOCATIONS);
    throw new TypeError("Cannot reach the ledger: wrangler.toml has no binding LEDGER");
  };
  /** A clock that was set back must not keep anything young. */
  const since = (atMs: number) => Math.abs(now() - atMs);
  const isYoungerThan = (ms: number) => known !== undefined && since(known.readAtMs) < ms;
  const learn = ({ version, revocations }: RevocationList, readAtMs: number) => {
    const until = revocations
      ? new Map(revocations.map((one) => [one.subject, one.untilMs]))
      : known?.until;
    if (until) known = { version, until, readAtMs };
  };

  const read = async () => {
    const readAtMs = now();
    const before = known;
    try {
      const list = await ledger().readRevocations(before?.version);
      // Another read, or a revocation, has come in between: this answer may be older.
      if (known === before) learn(list, readAtMs);
    } catch (error) {
      log("revocations-unread", { reason: describeError(error) });
    }
  };
  /** Joins the read of another request, or starts one that goes on after the response. */
  const startRead = (joinMs: number): Promise<void> => {
    if (underway && since(underway.startedAtMs) < joinMs) return underway.work;
    const work = read();
    underway = { work, startedAtMs: now() };
    waitUntil(work);
    return work;
  };

  return {
    refresh() {
      if (isYoungerThan(FRESH_MS)) return undefined;
      // Whoever waits joins no read that the others no longer wait for: it may have been cut off.
      if (!isYoungerThan(MAX_AGE_MS)) return waitAtMost(WAIT_MS, startRead(WAIT_MS));
      void startRead(RETRY_MS);
      return undefined;
    },
    refuse(owner, issued) {
      if (!known || !isYoungerThan(MAX_AGE_MS)) throw unknown();
      refuseRevoked(known.until, owner, issued, now());
    },
    async revoke(revocation) {
      const readAtMs = now();
      try {
        const result = await ledger().revoke(revocation);
        if (result.isFull) return undefined;
        learn(result.list, readAtMs);
        return result.untilMs;
      } catch (cause) {
        log("ledger-failed", { reason: describeError(cause) });
        throw unknown(cause);
      }
    },
  };
}

/**
 * Waits for the work of any request. The runtime may end that request without settling its promises, so that only
 * a timer of this request surely ends the wait.
 */
async function waitAtMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise: timeUp, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, timeUp]);
  clearTimeout(timer);
}

function unknown(cause?: unknown): Problem {
  const detail = `Try again in ${RETRY_SECONDS} seconds: what was revoked cannot be read now`;
  return new Problem("ledger-unavailable", detail, {
    extras: { retryAfter: RETRY_SECONDS },
    headers: { "retry-after": String(RETRY_SECONDS) },
    cause,
  });
}
