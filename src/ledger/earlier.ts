/** Finds the upload that an earlier request with the same `Idempotency-Key` created. */
import type { RequestIdentity } from "./limits.ts";
import type { UploadRecord } from "./record.ts";
import { RECORD_COLUMNS, toRecord, type Row } from "./row.ts";

interface IdentifiedRow extends Row {
  readonly fingerprint: string;
}

/** Returns the record, `"other-request"` where the request asked for something else, or `undefined`. */
export function findEarlier(
  sql: SqlStorage,
  { name, fingerprint }: RequestIdentity,
): UploadRecord | "other-request" | undefined {
  const [row] = sql
    .exec<IdentifiedRow>(
      `SELECT ${RECORD_COLUMNS}, fingerprint FROM upload WHERE idempotency = ?`,
      name,
    )
    .toArray();
  if (!row) return undefined;
  return row.fingerprint === fingerprint ? toRecord(row) : "other-request";
}

/** Lets the next request with the key of this upload create another one. */
export function forgetRequest(sql: SqlStorage, id: string): void {
  sql.exec("UPDATE upload SET idempotency = NULL WHERE id = ? AND idempotency IS NOT NULL", id);
}
