/** How an upload ends in its ledger: one state change, its bytes and its message, in one transaction. */
import type { Quota } from "../config/config.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { enqueue } from "./outbox.ts";
import {
  RECORD_COLUMNS,
  toRecord,
  toResult,
  type Outcome,
  type Row,
  type UploadRecord,
} from "./record.ts";
import { count } from "./reserve.ts";

/** Finished records are kept for a week, so that a client may ask again. */
const RETENTION_MS = 7 * 86_400_000;

interface Terms {
  /** The quota of the upload's policy, as it is now. */
  readonly quota: Quota | undefined;
  readonly hasWebhook: boolean;
  readonly nowMs: number;
  /** When what a client may still send to an ended upload is swept away. */
  readonly sweepAtMs: number;
}

export function findRecord(sql: SqlStorage, id: string): UploadRecord | undefined {
  const [row] = sql.exec<Row>(`SELECT ${RECORD_COLUMNS} FROM upload WHERE id = ?`, id).toArray();
  return row && toRecord(row);
}

/** New claims of a pending upload, and when it is due; `false` where it is pending no more. */
export function attach(sql: SqlStorage, claims: UploadClaims, dueAtMs: number): boolean {
  const { rowsWritten } = sql.exec(
    "UPDATE upload SET claims = ?, due_ms = ? WHERE id = ? AND status = 'pending'",
    JSON.stringify(claims),
    dueAtMs,
    claims.jti,
  );
  return rowsWritten > 0;
}

/** Whether another upload that is under way or done has the same key. */
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

/** The record after the change, or as it was where the change is none. To be run in a transaction. */
export function settle(
  sql: SqlStorage,
  id: string,
  outcome: Outcome,
  terms: Terms,
): UploadRecord | undefined {
  const record = findRecord(sql, id);
  if (!record || !canBecome(record.status, outcome.status)) return record;
  const { quota, hasWebhook, nowMs, sweepAtMs } = terms;
  const isSwept = outcome.status === "rejected" || outcome.status === "aborted";
  sql.exec(
    "UPDATE upload SET status = ?, reserved = 0, result = ?, finished_ms = ?, due_ms = ?, attempts = 0 WHERE id = ?",
    outcome.status,
    toResult(outcome),
    nowMs,
    isSwept ? Math.max(nowMs, sweepAtMs) : nowMs + RETENTION_MS,
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
  if (settled && hasWebhook && outcome.status !== "aborted") enqueue(sql, settled, nowMs);
  return settled;
}

/** An upload that came after its time is still an upload: expired may become completed. */
function canBecome(from: UploadRecord["status"], to: Outcome["status"]): boolean {
  return from === "pending" || (from === "expired" && (to === "completed" || to === "rejected"));
}

/** What was swept is kept for its retention, then forgotten. */
export function markSwept(sql: SqlStorage, id: string, nowMs: number): void {
  sql.exec("UPDATE upload SET is_swept = 1, due_ms = ? WHERE id = ?", nowMs + RETENTION_MS, id);
}
