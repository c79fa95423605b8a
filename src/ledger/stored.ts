/**
 * The objects that are stored under policies with `quota.stored` or `quota.objects`: a row for each, so that
 * a deletion gives back exactly what was counted, and once. Triggers keep the sums (`additions.ts`).
 */
import { lastArrivalMs, type UploadClaims } from "../grant/upload-claims.ts";
import type { DeletedObject, LeftObject } from "./leftover.ts";
import { NOTHING_STORED, type StoredUsage } from "./limits.ts";
import { hasAddition } from "./schema.ts";

const MINUTE_MS = 60_000;

export function readStoredUsage(sql: SqlStorage, policy: string): StoredUsage {
  if (!hasAddition(sql, "stored")) return NOTHING_STORED;
  const [row = NOTHING_STORED] = sql
    .exec<{ objects: number; bytes: number }>(
      "SELECT objects, bytes FROM stored_usage WHERE policy = ?",
      policy,
    )
    .toArray();
  return row;
}

/** Returns whether anything counts as stored. */
export function hasStored(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM stored LIMIT 1").toArray().length > 0;
}

/**
 * Counts an object that the store has. While a ticket of an earlier upload can replace it, the larger of both
 * counts, and the store is asked when the last ticket has ended. Runs in a transaction.
 */
export function keepObject(
  sql: SqlStorage,
  claims: UploadClaims,
  { size, etag, nowMs }: LeftObject & { readonly nowMs: number },
): void {
  const { store, key, policy, uploadId, pendingKey, origin } = claims;
  // Neither the parts of a completed upload nor a ticket to another key; a deletion may be under way for a minute.
  const isOver = uploadId !== undefined || pendingKey !== undefined;
  const openUntilMs = isOver ? nowMs + MINUTE_MS : lastArrivalMs(claims);
  sql.exec(
    `INSERT INTO stored (store, key, policy, objects, bytes, etag, open_until_ms, origin)
       VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7)
     ON CONFLICT DO UPDATE SET policy = excluded.policy, objects = 1, etag = excluded.etag,
       origin = excluded.origin, attempts = 0,
       bytes = iif(open_until_ms > ?8, max(bytes, excluded.bytes), excluded.bytes),
       due_ms = iif(open_until_ms > ?8, max(open_until_ms, excluded.open_until_ms), NULL),
       open_until_ms = max(open_until_ms, excluded.open_until_ms)`,
    store,
    key,
    policy,
    size,
    etag,
    openUntilMs,
    origin ?? null,
    nowMs,
  );
}

/**
 * Gives back what an object took, if nothing else can be stored under its key. Otherwise the alarm asks the
 * store, as soon as no ticket can store anything more. Unknown keys change nothing. Runs in a transaction.
 */
export function forgetObject(
  sql: SqlStorage,
  { key, stores, etag }: DeletedObject,
  nowMs: number,
): void {
  for (const store of stores) {
    const { rowsWritten } = sql.exec(
      "DELETE FROM stored WHERE store = ? AND key = ? AND etag = ? AND open_until_ms <= ?",
      store,
      key,
      etag ?? "",
      nowMs,
    );
    if (rowsWritten > 0) continue;
    // Later than before, so that a look that is under way changes nothing.
    sql.exec(
      `UPDATE stored SET due_ms = max(?3, open_until_ms, coalesce(due_ms + 1, 0)), attempts = 0
         WHERE store = ?1 AND key = ?2`,
      store,
      key,
      nowMs,
    );
  }
}

/** No object has it: what a correction adds to the sums stands in a row of this store. */
const CORRECTION_STORE = "";

/**
 * Makes a policy's sums what they should be, by one row beside those of the objects. Deletions of objects that
 * have no row give nothing back. Runs in a transaction.
 */
export function setStored(
  sql: SqlStorage,
  policy: string,
  { objects, bytes }: { readonly objects: number | undefined; readonly bytes: number | undefined },
): void {
  const now = readStoredUsage(sql, policy);
  sql.exec(
    `INSERT INTO stored (store, key, policy, objects, bytes, etag, open_until_ms)
       VALUES (?1, ?2, ?2, ?3, ?4, '', 0)
     ON CONFLICT DO UPDATE SET objects = objects + excluded.objects, bytes = bytes + excluded.bytes`,
    CORRECTION_STORE,
    policy,
    (objects ?? now.objects) - now.objects,
    (bytes ?? now.bytes) - now.bytes,
  );
  sql.exec(
    "DELETE FROM stored WHERE store = ? AND key = ? AND objects = 0 AND bytes = 0",
    CORRECTION_STORE,
    policy,
  );
}
