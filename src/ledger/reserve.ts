/** Reserves an upload: counted and stored in one transaction, or refused. */
import type { Quota } from "../config/policy-schema.ts";
import { findEarlier } from "./earlier.ts";
import {
  NOTHING_STORED,
  findExceeded,
  remainingOf,
  type LimitedPolicy,
  type RemainingQuota,
  type Reservation,
  type ReservationResult,
  type Usage,
} from "./limits.ts";
import { addOptional } from "./schema.ts";
import { readStoredUsage } from "./stored.ts";
import { EMPTY, advance, type Window } from "./window.ts";

/**
 * Stores a pending upload if no limit of its policy is exceeded, or returns the one that the same request
 * created before. Runs in a transaction.
 */
export function reserve(
  sql: SqlStorage,
  { claims, quota, bytes, dueAtMs, owner, request }: Reservation,
  nowMs: number,
): ReservationResult {
  const { policy } = claims;
  const usage = readUsage(sql, policy, quota, nowMs);
  const earlier = request && findEarlier(sql, request);
  if (earlier === "other-request") return { isAdmitted: false, isKeyReused: true };
  if (earlier) return { isAdmitted: true, remaining: remainingOf(usage, quota, nowMs), earlier };
  const refused = findExceeded(usage, quota, { bytes, nowMs });
  if (refused)
    return { isAdmitted: false, ...refused, remaining: remainingOf(usage, quota, nowMs) };

  if (owner !== undefined) addOptional(sql, "upload_owner");
  const [column, place, values] = owner === undefined ? ["", "", []] : [", owner", ", ?", [owner]];
  sql.exec(
    `INSERT INTO upload (id, policy, status, reserved, claims, created_ms, due_ms, idempotency, fingerprint${column})
       VALUES (?, ?, 'pending', ?, ?, ?, ?, ?, ?${place})`,
    claims.jti,
    policy,
    bytes,
    JSON.stringify(claims),
    nowMs,
    dueAtMs,
    request?.name ?? null,
    request?.fingerprint ?? null,
    ...values,
  );
  if (quota.uploads)
    count(
      sql,
      { policy, counter: "uploads", seconds: quota.uploads.windowSeconds, amount: 1 },
      nowMs,
    );
  const uploads = { ...usage.uploads, used: usage.uploads.used + 1 };
  const pending = usage.pending + 1;
  const after = { ...usage, uploads, pending, reserved: usage.reserved + bytes };
  return { isAdmitted: true, remaining: remainingOf(after, quota, nowMs) };
}

/** Returns what remains of each limit of a policy. */
export function readQuota(
  sql: SqlStorage,
  { policy, quota }: LimitedPolicy,
  nowMs: number,
): RemainingQuota {
  return remainingOf(readUsage(sql, policy, quota, nowMs), quota, nowMs);
}

interface Count {
  readonly policy: string;
  readonly counter: "uploads" | "bytes";
  readonly seconds: number;
  readonly amount: number;
}

/** Adds to the window of a counter. Runs in a transaction. */
export function count(
  sql: SqlStorage,
  { policy, counter, seconds, amount }: Count,
  nowMs: number,
): void {
  const window = advance(readWindow(sql, policy, counter), seconds, nowMs);
  const used = window.used + amount;
  writeWindow(sql, { policy, counter, seconds }, { ...window, used });
}

/** Sets what counts in the window of a counter now. Runs in a transaction. */
export function setWindow(
  sql: SqlStorage,
  { policy, counter, seconds, amount }: Count,
  nowMs: number,
): void {
  const { startMs } = advance(readWindow(sql, policy, counter), seconds, nowMs);
  writeWindow(sql, { policy, counter, seconds }, { startMs, used: amount, previous: 0 });
}

function writeWindow(
  sql: SqlStorage,
  { policy, counter, seconds }: Omit<Count, "amount">,
  { startMs, used, previous }: Window,
): void {
  sql.exec(
    `INSERT INTO window (policy, counter, seconds, start_ms, used, previous) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET seconds = excluded.seconds, start_ms = excluded.start_ms,
       used = excluded.used, previous = excluded.previous`,
    policy,
    counter,
    seconds,
    startMs,
    used,
    previous,
  );
}

/** Returns what is used of the limits of a policy. */
export function readUsage(sql: SqlStorage, policy: string, quota: Quota, nowMs: number): Usage {
  const [sums = { pending: 0, reserved: 0 }] = sql
    .exec<{ pending: number; reserved: number }>(
      "SELECT pending, reserved FROM usage WHERE policy = ?",
      policy,
    )
    .toArray();
  const windowOf = (counter: "uploads" | "bytes") =>
    quota[counter]
      ? advance(readWindow(sql, policy, counter), quota[counter].windowSeconds, nowMs)
      : EMPTY;
  const stored = quota.objects === undefined ? NOTHING_STORED : readStoredUsage(sql, policy);
  return { uploads: windowOf("uploads"), bytes: windowOf("bytes"), ...sums, stored };
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
