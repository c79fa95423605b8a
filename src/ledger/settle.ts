/** Ends an upload in its ledger: state, bytes and webhook message change in one transaction. */
import type { Quota } from "../config/policy-schema.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { enqueue } from "./outbox.ts";
import type { Outcome, UploadRecord } from "./record.ts";
import { RECORD_COLUMNS, toRecord, toResult, type Row } from "./row.ts";
import { count } from "./reserve.ts";

/** Finished records are kept for a week, so that clients can ask for them. */
const RETENTION_MS = 7 * 86_400_000;

interface SettleOptions {
  /** The current quota of the upload's policy. */
  readonly quota: Quota | undefined;
  readonly hasWebhook: boolean;
  readonly nowMs: number;
  /** When nothing can arrive any more, so that what did arrive can be deleted. */
  readonly cleanUpAtMs: number;
}

/** Returns the record of an upload. */
export function findRecord(sql: SqlStorage, id: string): UploadRecord | undefined {
  const [row] = sql.exec<Row>(`SELECT ${RECORD_COLUMNS} FROM upload WHERE id = ?`, id).toArray();
  return row && toRecord(row);
}

/** Replaces the claims of a pending upload; returns `false` where it is no longer pending. */
export function attach(sql: SqlStorage, claims: UploadClaims, dueAtMs: number): boolean {
  const { rowsWritten } = sql.exec(
    "UPDATE upload SET claims = ?, due_ms = ? WHERE id = ? AND status = 'pending'",
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
  const needsCleanUp = outcome.status === "rejected" || outcome.status === "aborted";
  sql.exec(
    "UPDATE upload SET status = ?, reserved = 0, result = ?, finished_ms = ?, due_ms = ?, attempts = 0 WHERE id = ?",
    outcome.status,
    toResult(outcome),
    nowMs,
    needsCleanUp ? Math.max(nowMs, cleanUpAtMs) : nowMs + RETENTION_MS,
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
  const settled = findRecord(sql, id);
  if (hasWebhook && settled && settled.status !== "pending" && settled.status !== "aborted")
    enqueue(sql, settled, nowMs);
  return settled;
}

/** A file may arrive late: an expired upload may still be completed or rejected. */
function canBecome(from: UploadRecord["status"], to: Outcome["status"]): boolean {
  return from === "pending" || (from === "expired" && (to === "completed" || to === "rejected"));
}

/** Marks an upload as cleaned up. Its record is deleted after the retention time. */
export function markCleanedUp(sql: SqlStorage, id: string, nowMs: number): void {
  sql.exec("UPDATE upload SET is_swept = 1, due_ms = ? WHERE id = ?", nowMs + RETENTION_MS, id);
}
