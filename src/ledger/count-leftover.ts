/** Counts what an ended upload left in the store. */
import type { Quota } from "../config/policy-schema.ts";
import { ticketKeyOf, type UploadClaims } from "../grant/upload-claims.ts";
import type { LeftObject } from "./leftover.ts";
import { count } from "./reserve.ts";
import { keepObject } from "./stored.ts";

interface Found {
  readonly claims: UploadClaims;
  readonly object: LeftObject;
  readonly quota: Quota | undefined;
}

/** Counts the bytes of an object that stays, unless they have been counted. Runs in a transaction. */
export function countLeftover(
  sql: SqlStorage,
  { claims, object, quota }: Found,
  nowMs: number,
): void {
  if (!quota?.bytes && quota?.objects === undefined) return;
  const { policy, store, jti } = claims;
  // What a rejected file left is where its tickets led.
  const key = ticketKeyOf(claims);
  const counted = sql.exec(
    `SELECT 1 FROM upload WHERE json_extract(result, '$.countedEtag') = ?1
       AND json_extract(claims, '$.key') = ?2 AND json_extract(claims, '$.store') = ?3
     UNION ALL SELECT 1 FROM upload WHERE status IN ('pending', 'completed')
       AND json_extract(claims, '$.key') = ?2 AND json_extract(claims, '$.store') = ?3
       AND json_extract(result, '$.verified.etag') = ?1`,
    object.etag,
    key,
    store,
  );
  if (counted.toArray().length > 0) return;
  if (quota.objects !== undefined) keepObject(sql, { ...claims, key }, { ...object, nowMs });
  if (quota.bytes) {
    const { windowSeconds: seconds } = quota.bytes;
    count(sql, { policy, counter: "bytes", seconds, amount: object.size }, nowMs);
  }
  sql.exec(
    "UPDATE upload SET result = json_set(coalesce(result, '{}'), '$.countedEtag', ?) WHERE id = ?",
    object.etag,
    jti,
  );
}
