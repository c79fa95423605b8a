/** The outbox: webhook messages, written in the transaction of the change that they report. */
import type { Log } from "../log.ts";
import type { UserName, WaitingMessage } from "./administer.ts";
import type { Meter } from "../meter.ts";
import type { FinishedRecord } from "./record.ts";

interface Message {
  /** The same for every retry, so that the receiver can ignore duplicates. */
  readonly id: string;
  readonly body: string;
}

/** `gone`: the receiver answered 410 and gets no retries. */
type Delivery = "accepted" | "failed" | "gone";
export type Deliver = (message: Message) => Promise<Delivery>;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** After these delays, every hour. */
const DELAYS_MS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE];
const GIVE_UP_MS = 72 * HOUR;
/**
 * A Worker may have six open connections (Cloudflare: "Simultaneous open connections"): another message would
 * wait for one, and the receiver's 15 seconds would run meanwhile.
 */
const BATCH_SIZE = 6;

/** Adds the message of a finished upload (Standard Webhooks 1.0: type, timestamp, data). */
export function enqueue(sql: SqlStorage, record: FinishedRecord, nowMs: number): void {
  const { claims, status } = record;
  const verified = record.status === "completed" ? record.verified : undefined;
  const body = JSON.stringify({
    type: `upload.${status}`,
    timestamp: new Date(nowMs).toISOString(),
    data: {
      id: claims.jti,
      status,
      issuer: claims.iss,
      user: claims.sub,
      policy: claims.policy,
      store: claims.store,
      key: claims.key,
      size: verified?.size ?? claims.size,
      contentType: verified?.contentType ?? claims.type,
      ...(verified && {
        etag: verified.etag,
        checksum: verified.checksum,
        metadata: verified.metadata,
      }),
      ...(record.status === "rejected" && { reasons: record.reasons }),
    },
  });
  sql.exec(
    "INSERT INTO message (id, body, created_ms, next_ms) VALUES (?, ?, ?, ?)",
    `${claims.jti}.${status}`,
    body,
    nowMs,
    nowMs,
  );
}

interface Row extends Record<string, SqlStorageValue> {
  readonly id: string;
  readonly body: string;
  readonly created_ms: number;
  readonly attempts: number;
}

interface Dependencies {
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
  readonly meter?: Meter | undefined;
}

/** Sends the due messages. A failed one is retried: after five seconds at first, later hourly, for three days. */
export async function sendDue(
  sql: SqlStorage,
  deliver: Deliver,
  { now, random, log, meter }: Dependencies,
): Promise<void> {
  const due = sql
    .exec<Row>(
      "SELECT id, body, created_ms, attempts FROM message WHERE next_ms <= ? ORDER BY next_ms LIMIT ?",
      now(),
      BATCH_SIZE,
    )
    .toArray();
  await Promise.all(
    due.map(async ({ id, body, created_ms: createdMs, attempts }) => {
      const delivery = await deliver({ id, body });
      const ageMs = now() - createdMs;
      const isTooOld = ageMs >= GIVE_UP_MS;
      const outcome = delivery === "failed" && isTooOld ? "dropped" : delivery;
      meter?.({ kind: "webhook", outcome, ms: ageMs, attempts: attempts + 1 });
      if (delivery === "failed" && !isTooOld) {
        sql.exec(
          "UPDATE message SET attempts = ?, next_ms = ? WHERE id = ?",
          attempts + 1,
          nextTry(sql, { nowMs: now(), delayMs: DELAYS_MS[attempts] ?? HOUR, random }),
          id,
        );
        return;
      }
      sql.exec("DELETE FROM message WHERE id = ?", id);
      const tried = { message: id, attempts: attempts + 1 };
      if (delivery === "accepted") log("webhook-sent", { ...tried, ageMs });
      else log("webhook-dropped", { ...tried, delivery });
    }),
  );
}

interface Retry {
  readonly nowMs: number;
  readonly delayMs: number;
  readonly random: () => number;
}

/**
 * Returns when to try again: after the delay, which varies by a tenth, so that a recovering receiver does not
 * get all retries at once. If another message is due at about that time, both share one alarm: while a
 * receiver is down, alarms are most of what a ledger costs.
 */
function nextTry(sql: SqlStorage, { nowMs, delayMs, random }: Retry): number {
  const [other] = sql
    .exec<{ next_ms: number }>(
      "SELECT next_ms FROM message WHERE next_ms BETWEEN ? AND ? ORDER BY next_ms DESC LIMIT 1",
      nowMs + 0.75 * delayMs,
      nowMs + 1.1 * delayMs,
    )
    .toArray();
  return other?.next_ms ?? nowMs + Math.round(delayMs * (0.9 + 0.2 * random()));
}

const MAX_WAITING = 100;
const OF_USER = `json_extract(body, '$.data.issuer') = ? AND json_extract(body, '$.data.user') = ?`;

/** Returns the messages of a user, the most urgent first, at most 100. */
export function readWaiting(
  sql: SqlStorage,
  { issuer, user }: UserName,
): readonly WaitingMessage[] {
  return sql
    .exec<Pick<Row, "id" | "created_ms" | "attempts"> & { readonly next_ms: number }>(
      `SELECT id, created_ms, next_ms, attempts FROM message WHERE ${OF_USER}
       ORDER BY next_ms LIMIT ${MAX_WAITING}`,
      issuer,
      user,
    )
    .toArray()
    .map(({ id, created_ms: createdAtMs, next_ms: nextAtMs, attempts }) => ({
      id,
      createdAtMs,
      nextAtMs,
      attempts,
    }));
}

/** Makes a message of a user due. Returns whether there is one. */
export function sendAgain(
  sql: SqlStorage,
  { id, issuer, user }: UserName & Pick<Message, "id">,
  nowMs: number,
): boolean {
  const { rowsWritten } = sql.exec(
    `UPDATE message SET next_ms = ? WHERE id = ? AND ${OF_USER}`,
    nowMs,
    id,
    issuer,
    user,
  );
  return rowsWritten > 0;
}

/** Drops the messages of a user. */
export function dropMessages(sql: SqlStorage, { issuer, user }: UserName): void {
  sql.exec(`DELETE FROM message WHERE ${OF_USER}`, issuer, user);
}
