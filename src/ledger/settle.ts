/** Ends an upload in its ledger: state, bytes and webhook message change in one transaction. */
import type { Quota } from "../config/policy-schema.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { forgetOldest } from "./forget.ts";
import { enqueue } from "./outbox.ts";
import type { Outcome, UploadRecord } from "./record.ts";
import { RECORD_COLUMNS, toRecord, toResult, type Row } from "./row.ts";
import { count } from "./reserve.ts";
import { keepObject } from "./stored.ts";

const DAY_MS = 86_400_000;
/** A record is kept for a week after its end or its first cleanup. `forget.ts` bounds how many are. */
export const RETENTION_MS = 7 * DAY_MS;
/** A PUT may end long after its ticket: an expired upload is looked for again after a day. */
export const LATE_LOOK_MS = DAY_MS;

interface SettleOptions {
  /** The current quota of the upload's policy. */
  readonly quota: Quota | undefined;
  readonly hasWebhook: boolean;
  readonly nowMs: number;
  /** When the first cleanup of an aborted or rejected upload is due, or of where a promoted one was pending. */
  readonly cleanUpAtMs: number;
}

/** Returns the record of an upload. */
export function findRecord(sql: SqlStorage, id: string): UploadRecord | undefined {
  const [row] = sql.exec<Row>(`SELECT ${RECORD_COLUMNS} FROM upload WHERE id = ?`, id).toArray();
  return row && toRecord(row);
}

/**
 * Names the multipart upload of a pending upload; returns `false` where that is no longer pending, or has one
 * of another request with the same Idempotency-Key.
 */
export function attach(sql: SqlStorage, claims: UploadClaims, dueAtMs: number): boolean {
  const { rowsWritten } = sql.exec(
    `UPDATE upload SET claims = ?, due_ms = ?
       WHERE id = ? AND status = 'pending' AND json_extract(claims, '$.uploadId') IS NULL`,
    JSON.stringify(claims),
    dueAtMs,
    claims.jti,
  );
  return rowsWritten > 0;
}

/** Returns whether another pending or completed upload has the same key. */
export function isKeyShared(sql: SqlStorage, { key, store, jti }: UploadClaims): boolean {
  const others = sql.exec(
    `SELECT 1 FROM upload WHERE id <> ? AND status IN ('pending', 'completed')
       AND json_extract(claims, '$.key') = ? AND json_extract(claims, '$.store') = ? LIMIT 1`,
    jti,
    key,
    store,
  );
  return others.toArray().length > 0;
}

/** Returns the record after the change, or unchanged where the change is not possible. Runs in a transaction. */
export function settle(
  sql: SqlStorage,
  id: string,
  outcome: Outcome,
  options: SettleOptions,
): UploadRecord | undefined {
  const record = findRecord(sql, id);
  if (!record || !canBecome(record.status, outcome.status)) return record;
  const { quota, hasWebhook, nowMs, cleanUpAtMs } = options;
  // What the ticket can still store counts until the cleanup, or until the ticket is ended.
  const needsCleanUp = outcome.status === "rejected" || outcome.status === "aborted";
  const waitMs = outcome.status === "expired" ? LATE_LOOK_MS : RETENTION_MS;
  const { pendingKey, uploadId } = record.claims;
  const isPromoted = outcome.status === "completed" && pendingKey !== undefined;
  // The ticket of a promoted file works again, as its place is empty. Parts are used up.
  const isOpen = isPromoted && uploadId === undefined && cleanUpAtMs > nowMs;
  sql.exec(
    "UPDATE upload SET status = ?, reserved = max(reserved, 1) * ?, result = ?, finished_ms = ?, due_ms = ?, attempts = 0, is_swept = ? WHERE id = ?",
    outcome.status,
    needsCleanUp ? 1 : 0,
    toResult(outcome),
    nowMs,
    needsCleanUp || isOpen ? Math.max(nowMs, cleanUpAtMs) : nowMs + waitMs,
    isPromoted && !isOpen ? 1 : 0,
    id,
  );
  if (outcome.status === "completed" && quota?.bytes) {
    const { policy } = record.claims;
    count(
      sql,
      {
        policy,
        counter: "bytes",
        seconds: quota.bytes.windowSeconds,
        amount: outcome.verified.size,
      },
      nowMs,
    );
  }
  if (outcome.status === "completed" && quota?.objects !== undefined)
    keepObject(sql, record.claims, { ...outcome.verified, nowMs });
  forgetOldest(sql, nowMs);
  const settled = findRecord(sql, id);
  if (hasWebhook && settled && settled.status !== "pending" && settled.status !== "aborted")
    enqueue(sql, settled, nowMs);
  return settled;
}

/** A file may arrive late: an expired upload may still be completed or rejected. */
function canBecome(from: UploadRecord["status"], to: Outcome["status"]): boolean {
  return from === "pending" || (from === "expired" && (to === "completed" || to === "rejected"));
}

/** Releases the bytes and the place of an aborted or rejected upload whose ticket can store nothing more. */
export function release(sql: SqlStorage, id: string): void {
  sql.exec("UPDATE upload SET reserved = 0 WHERE id = ? AND status <> 'pending'", id);
}

/** Marks an upload as cleaned up, and releases what it reserves. The store is asked again at `nextMs`. */
export function markCleanedUp(sql: SqlStorage, id: string, nextMs: number): void {
  sql.exec(
    "UPDATE upload SET is_swept = is_swept + 1, reserved = 0, attempts = 0, due_ms = ? WHERE id = ?",
    nextMs,
    id,
  );
}
