/** Deletes what a ledger knows of a user: records, messages and counters. */
import { LATE_ARRIVAL_SECONDS } from "../grant/upload-claims.ts";
import type { ErasedUser, Remainder } from "./administer.ts";
import { dropMessages } from "./outbox.ts";
import { hasAddition } from "./schema.ts";

const LAST_ARRIVAL_MS = `(json_extract(claims, '$.exp') + ${LATE_ARRIVAL_SECONDS}) * 1000`;

/** Erases a user, but for uploads whose tickets can still store an object. Runs in a transaction. */
export function erase(
  sql: SqlStorage,
  { owner, issuer, user }: ErasedUser,
  nowMs: number,
): Remainder {
  const isShared = owner !== undefined;
  if (isShared && !hasAddition(sql, "upload_owner")) return { uploads: 0 };
  const [where, values] = isShared ? ["owner = ?", [owner]] : ["TRUE", []];
  sql.exec(
    `DELETE FROM upload WHERE ${where} AND status <> 'pending' AND ${LAST_ARRIVAL_MS} <= ?`,
    ...values,
    nowMs,
  );
  const { uploads, untilMs } = sql
    .exec<{ uploads: number; untilMs: number | null }>(
      `SELECT count(*) AS uploads, max(${LAST_ARRIVAL_MS}) AS untilMs FROM upload WHERE ${where}`,
      ...values,
    )
    .one();
  dropMessages(sql, { issuer, user });
  if (uploads > 0) return { uploads, ...(untilMs !== null && { untilMs }) };
  if (!isShared) {
    sql.exec("DELETE FROM window");
    if (hasAddition(sql, "stored")) sql.exec("DELETE FROM stored");
  }
  return { uploads };
}
