/** The exact limits: what is asked for is counted and kept in one transaction, or refused. */
import type { Quota } from "../config/config.ts";
import type { RateLimit } from "../config/units.ts";
import type { UploadClaims } from "../grant/claims.ts";
import { EMPTY, advance, secondsUntilFits, usedIn, type Window } from "./window.ts";

export interface Reservation {
  readonly claims: UploadClaims;
  readonly quota: Quota;
  /** What may arrive: the size, or the most where none was told. */
  readonly bytes: number;
  /** When the ledger looks whether it arrived. */
  readonly dueAtMs: number;
}

/** What remains of one limit after this answer. */
interface Remaining {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window begins anew; none for a limit without a window. */
  readonly resetsIn?: number;
}

export type LimitName = "uploads" | "bytes" | "pending";
export type Standing = Readonly<Partial<Record<LimitName, Remaining>>>;

export type Answer =
  | { readonly isAdmitted: true; readonly standing: Standing }
  | {
      readonly isAdmitted: false;
      readonly exceeded: LimitName;
      readonly retryAfterSeconds: number;
      readonly standing: Standing;
    };

/** Where a limit blocks because of uploads under way, it is worth asking again this soon. */
const A_MINUTE = 60;

/** Keeps the upload as pending, if every limit of its policy has room for it. To be run in a transaction. */
export function reserve(
  sql: SqlStorage,
  { claims, quota, bytes, dueAtMs }: Reservation,
  nowMs: number,
): Answer {
  const { policy } = claims;
  const usage = readUsage(sql, policy, quota, nowMs);
  const refused = findExceeded(usage, quota, { bytes, nowMs });
  if (refused) return { isAdmitted: false, ...refused, standing: standingOf(usage, quota, nowMs) };

  sql.exec(
    "INSERT INTO upload (id, policy, status, reserved, claims, created_ms, due_ms) VALUES (?, ?, 'pending', ?, ?, ?, ?)",
    claims.jti,
    policy,
    bytes,
    JSON.stringify(claims),
    nowMs,
    dueAtMs,
  );
  if (quota.uploads)
    count(
      sql,
      { policy, counter: "uploads", seconds: quota.uploads.windowSeconds, amount: 1 },
      nowMs,
    );
  return {
    isAdmitted: true,
    standing: standingOf(readUsage(sql, policy, quota, nowMs), quota, nowMs),
  };
}

interface Count {
  readonly policy: string;
  readonly counter: "uploads" | "bytes";
  readonly seconds: number;
  readonly amount: number;
}

/** Adds to a counter's window. To be run in a transaction. */
export function count(
  sql: SqlStorage,
  { policy, counter, seconds, amount }: Count,
  nowMs: number,
): void {
  const window = advance(readWindow(sql, policy, counter), seconds, nowMs);
  sql.exec(
    `INSERT INTO window (policy, counter, seconds, start_ms, used, previous) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET seconds = excluded.seconds, start_ms = excluded.start_ms,
       used = excluded.used, previous = excluded.previous`,
    policy,
    counter,
    seconds,
    window.startMs,
    window.used + amount,
    window.previous,
  );
}

interface Usage {
  readonly uploads: Window;
  readonly bytes: Window;
  readonly pending: number;
  readonly reserved: number;
}

function readUsage(sql: SqlStorage, policy: string, quota: Quota, nowMs: number): Usage {
  const pending = sql
    .exec<{ pending: number; reserved: number }>(
      "SELECT count(*) AS pending, coalesce(sum(reserved), 0) AS reserved FROM upload WHERE policy = ? AND status = 'pending'",
      policy,
    )
    .one();
  const windowOf = (counter: "uploads" | "bytes") =>
    quota[counter]
      ? advance(readWindow(sql, policy, counter), quota[counter].windowSeconds, nowMs)
      : EMPTY;
  return { uploads: windowOf("uploads"), bytes: windowOf("bytes"), ...pending };
}

function readWindow(sql: SqlStorage, policy: string, counter: string): Window {
  const [row] = sql
    .exec<{ start_ms: number; used: number; previous: number }>(
      "SELECT start_ms, used, previous FROM window WHERE policy = ? AND counter = ?",
      policy,
      counter,
    )
    .toArray();
  return row ? { startMs: row.start_ms, used: row.used, previous: row.previous } : EMPTY;
}

function findExceeded(
  usage: Usage,
  quota: Quota,
  { bytes, nowMs }: { readonly bytes: number; readonly nowMs: number },
): { readonly exceeded: LimitName; readonly retryAfterSeconds: number } | undefined {
  const wait = (window: Window, rate: RateLimit, amount: number) =>
    Math.max(1, secondsUntilFits(window, rate, { amount, nowMs }) ?? A_MINUTE);
  if (
    quota.uploads &&
    usedIn(usage.uploads, quota.uploads.windowSeconds, nowMs) + 1 > quota.uploads.limit
  ) {
    return { exceeded: "uploads", retryAfterSeconds: wait(usage.uploads, quota.uploads, 1) };
  }
  if (quota.pending !== undefined && usage.pending + 1 > quota.pending) {
    return { exceeded: "pending", retryAfterSeconds: A_MINUTE };
  }
  const used = quota.bytes && usedIn(usage.bytes, quota.bytes.windowSeconds, nowMs);
  if (quota.bytes && used !== undefined && used + usage.reserved + bytes > quota.bytes.limit) {
    return {
      exceeded: "bytes",
      retryAfterSeconds: wait(usage.bytes, quota.bytes, bytes + usage.reserved),
    };
  }
  return undefined;
}

function standingOf(usage: Usage, quota: Quota, nowMs: number): Standing {
  const standing = (
    window: Window,
    { limit, windowSeconds }: RateLimit,
    reserved: number,
  ): Remaining => ({
    limit,
    remaining: Math.max(0, limit - usedIn(window, windowSeconds, nowMs) - reserved),
    resetsIn: windowSeconds - Math.floor((nowMs / 1000) % windowSeconds),
  });
  return {
    ...(quota.uploads && { uploads: standing(usage.uploads, quota.uploads, 0) }),
    ...(quota.bytes && { bytes: standing(usage.bytes, quota.bytes, usage.reserved) }),
    ...(quota.pending !== undefined && {
      pending: { limit: quota.pending, remaining: Math.max(0, quota.pending - usage.pending) },
    }),
  };
}
