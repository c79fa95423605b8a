/** Lets one promotion at a time work on an upload, and remembers what was deleted: docs/quarantine.md. */
import type { Meter } from "../meter.ts";
import type { DeletedObject } from "./leftover.ts";
import type { Held, LetGo } from "./promotion.ts";
import { findRecord } from "./settle.ts";

interface Until {
  readonly holder: string;
  readonly untilMs: number;
  readonly nowMs: number;
}

/** Of the alarm, which is due already: one that was interrupted goes on at once. */
export const ALARM = "alarm";

/**
 * Holds an upload that has not ended, also again, and makes a pending one due when that is over: then the alarm
 * goes on. Runs in a transaction.
 */
export function hold(
  sql: SqlStorage,
  id: string,
  { holder, untilMs, nowMs }: Until,
): Held | undefined {
  const { rowsWritten } = sql.exec(
    `UPDATE upload SET
         result = json_set(coalesce(result, '{}'), '$.holder', ?2, '$.heldUntilMs', ?3,
           '$.dueMs', coalesce(json_extract(result, '$.dueMs'), due_ms),
           '$.sinceMs', coalesce(json_extract(result, '$.sinceMs'), ?4)),
         due_ms = iif(status = 'pending' AND ?2 <> '${ALARM}', ?3, due_ms)
       WHERE id = ?1 AND status IN ('pending', 'expired')
         AND (coalesce(json_extract(result, '$.heldUntilMs'), 0) <= ?4
           OR json_extract(result, '$.holder') = ?2)`,
    id,
    holder,
    untilMs,
    nowMs,
  );
  const record = findRecord(sql, id);
  return record && { record, isHeld: rowsWritten > 0 };
}

interface Release extends LetGo {
  readonly meter?: Meter | undefined;
  readonly nowMs: number;
}

interface LetGoRow extends Record<string, SqlStorageValue> {
  readonly policy: string;
  readonly store: string;
  /** `null` where an earlier release has begun it. */
  readonly since_ms: number | null;
  readonly tries: number | null;
}

/**
 * Lets another promotion begin. Unless it is over, the upload stays due as soon as the hold would have ended, and the
 * metrics hear of the first time. Runs in a transaction.
 */
export function letGo(
  sql: SqlStorage,
  id: string,
  { holder, isOver, meter, nowMs }: Release,
): void {
  const dueMs = isOver ? "json_extract(result, '$.dueMs')" : "due_ms";
  // Where nothing has arrived, no check has begun.
  const rest = isOver
    ? "iif(json_extract(result, '$.tries') IS NULL, json_remove(result, '$.sinceMs'), result)"
    : "json_set(result, '$.tries', coalesce(json_extract(result, '$.tries'), 0) + 1)";
  const [row] = sql
    .exec<LetGoRow>(
      `UPDATE upload SET due_ms = ${dueMs},
         result = nullif(json_remove(${rest}, '$.holder', '$.heldUntilMs', '$.dueMs'), '{}')
       WHERE id = ? AND status IN ('pending', 'expired') AND json_extract(result, '$.holder') = ?
       RETURNING policy, json_extract(claims, '$.store') AS store,
         json_extract(result, '$.sinceMs') AS since_ms, json_extract(result, '$.tries') AS tries`,
      id,
      holder,
    )
    .toArray();
  if (!row || isOver || row.tries !== 1) return;
  const { policy, store } = row;
  const detail = holder === ALARM ? "alarm" : "request";
  const ms = nowMs - (row.since_ms ?? nowMs);
  meter?.({ kind: "check", policy, store, outcome: "waiting", detail, bytes: 0, ms, attempts: 1 });
}

/** Writes down that the object of a completed upload is deleted, before it is: a copy that comes later is removed. Runs in a transaction. */
export function noteDeletion(sql: SqlStorage, { key, stores }: DeletedObject): void {
  for (const store of stores)
    sql.exec(
      `UPDATE upload SET result = json_set(result, '$.isDeleted', json('true'))
         WHERE status = 'completed'
           AND json_extract(claims, '$.key') = ? AND json_extract(claims, '$.store') = ?`,
      key,
      store,
    );
}
