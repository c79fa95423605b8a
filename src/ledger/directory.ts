/** The ledgers that are stuck, in the tables of one ledger, so that they can be listed. */
import type { StuckLedger, StuckWork } from "./administer.ts";
import { addOptional, hasAddition } from "./schema.ts";

const MAX_LEDGERS = 1000;
/** A ledger gives up after a week, and says so again each hour until then. */
const KEPT_MS = 8 * 86_400_000;
/** Finding the old ones reads all. */
const PRUNE_AGAIN_MS = 3_600_000;

/** Adds a ledger, or what is new of it. Returns whether there was room. Runs in a transaction. */
export function addStuck(sql: SqlStorage, { ledger, work }: StuckLedger, nowMs: number): boolean {
  addOptional(sql, "stuck_ledger");
  addOptional(sql, "stuck_count");
  prune(sql, nowMs);
  const { rowsWritten } = sql.exec(
    `INSERT INTO stuck_ledger (ledger, kind, issuer, user, policy, attempts, since_ms, count, told_ms)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
       WHERE (SELECT ledgers FROM stuck_count) < ${MAX_LEDGERS}
         OR EXISTS (SELECT 1 FROM stuck_ledger WHERE ledger = ?1)
     ON CONFLICT DO UPDATE SET kind = excluded.kind, issuer = excluded.issuer, user = excluded.user,
       policy = excluded.policy, attempts = excluded.attempts, since_ms = excluded.since_ms,
       count = excluded.count, told_ms = excluded.told_ms`,
    ledger,
    work.kind,
    work.issuer,
    work.user,
    work.policy,
    work.attempts,
    work.sinceMs,
    work.count,
    nowMs,
  );
  return rowsWritten > 0;
}

function prune(sql: SqlStorage, nowMs: number): void {
  const { pruned_ms: prunedMs } = sql
    .exec<{ pruned_ms: number }>("SELECT pruned_ms FROM stuck_count")
    .one();
  if (nowMs - prunedMs < PRUNE_AGAIN_MS) return;
  sql.exec("DELETE FROM stuck_ledger WHERE told_ms <= ?", nowMs - KEPT_MS);
  sql.exec("UPDATE stuck_count SET pruned_ms = ?", nowMs);
}

/** Runs in a transaction. */
export function removeStuck(sql: SqlStorage, ledger: string): void {
  if (hasAddition(sql, "stuck_ledger"))
    sql.exec("DELETE FROM stuck_ledger WHERE ledger = ?", ledger);
}

interface Row extends Record<string, SqlStorageValue> {
  readonly ledger: string;
  readonly kind: StuckWork["kind"];
  readonly issuer: string;
  readonly user: string;
  readonly policy: string;
  readonly attempts: number;
  readonly since_ms: number;
  readonly count: number;
}

/** Returns all of them, the oldest first. */
export function readStuck(sql: SqlStorage): readonly StuckLedger[] {
  if (!hasAddition(sql, "stuck_ledger")) return [];
  return sql
    .exec<Row>(
      `SELECT ledger, kind, issuer, user, policy, attempts, since_ms, count
       FROM stuck_ledger ORDER BY since_ms`,
    )
    .toArray()
    .map(({ ledger, since_ms: sinceMs, ...work }) => ({ ledger, work: { ...work, sinceMs } }));
}
