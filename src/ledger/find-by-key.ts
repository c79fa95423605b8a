/** Finds the uploads whose object is under a key. */
import type { UploadRecord } from "./record.ts";
import { RECORD_COLUMNS, toRecord, type Row } from "./row.ts";

/** Only keys without an `{id}` have more than one upload. */
const MAX_RECORDS = 10;

const PLACE = `json_extract(claims, '$.key') = ?1
  AND json_extract(claims, '$.store') IN (SELECT value FROM json_each(?2))`;

/**
 * Returns the uploads of a key in any of these stores: those that are pending or completed, or else those that
 * have ended otherwise. Of the latter every row is read, as no index has their keys.
 */
export function findByKey(
  sql: SqlStorage,
  key: string,
  stores: readonly string[],
): readonly UploadRecord[] {
  const find = (from: string) =>
    sql
      .exec<Row>(
        `SELECT ${RECORD_COLUMNS} FROM upload ${from} AND ${PLACE} LIMIT ${MAX_RECORDS}`,
        key,
        JSON.stringify(stores),
      )
      .toArray()
      .map(toRecord);
  const present = find("INDEXED BY upload_key WHERE status IN ('pending', 'completed')");
  if (present.length > 0) return present;
  return find("INDEXED BY upload_status WHERE status IN ('expired', 'rejected', 'aborted')");
}
