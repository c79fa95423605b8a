/** Finds out whether a ledger is stuck: a webhook, or the look at an upload, has failed again and again. */
import type { StuckWork } from "./administer.ts";
import { STUCK } from "./additions.ts";
import { addOptional, hasAddition } from "./schema.ts";

/** How often a ledger that stays stuck says so again. */
const REPORT_AGAIN_MS = 3_600_000;

interface Found extends Record<string, SqlStorageValue> {
  readonly issuer: string;
  readonly user: string;
  readonly policy: string;
  readonly attempts: number;
  readonly since_ms: number;
  readonly stuck: number;
}

/** Returns the work that has failed most often; `undefined` where nothing is stuck. */
export function findStuck(sql: SqlStorage): StuckWork | undefined {
  const webhook = first(
    sql,
    `SELECT json_extract(body, '$.data.issuer') AS issuer, json_extract(body, '$.data.user') AS user,
       json_extract(body, '$.data.policy') AS policy, attempts, created_ms AS since_ms, (SELECT count(*) FROM message WHERE ${STUCK}) AS stuck
     FROM message INDEXED BY message_stuck WHERE ${STUCK} ORDER BY attempts DESC LIMIT 1`,
  );
  if (webhook) return toStuck("webhook", webhook);
  const upload = first(
    sql,
    `SELECT json_extract(claims, '$.iss') AS issuer, json_extract(claims, '$.sub') AS user, policy,
       attempts, created_ms AS since_ms, (SELECT count(*) FROM upload WHERE ${STUCK}) AS stuck
     FROM upload INDEXED BY upload_stuck WHERE ${STUCK} ORDER BY attempts DESC LIMIT 1`,
  );
  return upload && toStuck("upload", upload);
}

function first(sql: SqlStorage, query: string): Found | undefined {
  const [row] = sql.exec<Found>(query).toArray();
  return row;
}

function toStuck(
  kind: StuckWork["kind"],
  { issuer, user, policy, attempts, since_ms: sinceMs, stuck: count }: Found,
): StuckWork {
  return { kind, issuer, user, policy, attempts, sinceMs, count };
}

/** Returns when the directory was last told that this ledger is stuck; `undefined` where it does not know. */
export function reportedAtMs(sql: SqlStorage): number | undefined {
  if (!hasAddition(sql, "stuck_report")) return undefined;
  const [row] = sql.exec<{ at_ms: number }>("SELECT at_ms FROM stuck_report").toArray();
  return row?.at_ms;
}

/** Remembers that the directory was told; `undefined`: that it was told that all is well. Runs in a transaction. */
export function rememberReport(sql: SqlStorage, atMs: number | undefined): void {
  if (atMs !== undefined) addOptional(sql, "stuck_report");
  if (!hasAddition(sql, "stuck_report")) return;
  sql.exec("DELETE FROM stuck_report");
  if (atMs !== undefined) sql.exec("INSERT INTO stuck_report (at_ms) VALUES (?)", atMs);
}

/** Returns whether the directory has to hear of it: of a healthy ledger never. */
export function isReportDue(
  work: StuckWork | undefined,
  toldAtMs: number | undefined,
  nowMs: number,
): boolean {
  if (!work) return toldAtMs !== undefined;
  return toldAtMs === undefined || nowMs - toldAtMs >= REPORT_AGAIN_MS;
}
