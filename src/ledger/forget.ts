/** Bounds the records that a caller leaves: every one is kept for a day, and the newest for a week. */
import { KEPT } from "./additions.ts";

const MAX_RECORDS = 10_000;
/** More than one upload adds, so that a ledger with too many shrinks. */
const BATCH_SIZE = 2;
/** A record is kept for a week after its completion or cleanup: more than a day of it is over. */
const SIX_DAYS_MS = 6 * 86_400_000;

/** Makes the oldest finished records due, where a ledger has too many. The alarm does with them what it does then. */
export function forgetOldest(sql: SqlStorage, nowMs: number): void {
  const { records } = sql
    .exec<{ records: number | null }>("SELECT sum(records) AS records FROM usage")
    .one();
  if ((records ?? 0) <= MAX_RECORDS) return;
  // Without the name of the index every completed record would be read.
  sql.exec(
    `UPDATE upload SET due_ms = ? WHERE id IN
       (SELECT id FROM upload INDEXED BY upload_kept WHERE ${KEPT} AND due_ms > ? AND due_ms < ?
          AND (is_swept = 1 OR json_extract(claims, '$.pendingKey') IS NULL) ORDER BY due_ms LIMIT ?)`,
    nowMs,
    nowMs,
    nowMs + SIX_DAYS_MS,
    BATCH_SIZE,
  );
}
