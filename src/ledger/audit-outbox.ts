/**
 * The events of the audit that wait in a ledger, in their order. They are sent together; while they are refused,
 * only the first of them is written again, as it says for all of them when the next try is.
 */
import type { UploadAct } from "../audit/act.ts";
import { MAX_EVENTS, takeBatch, type AuditSender, type DeliverEvents } from "../audit/deliver.ts";
import { idOf, writeEvent } from "../audit/event.ts";
import type { Log } from "../log.ts";

/** So that what belongs together is sent together: a grant and its completion, the files of an album. */
const GATHER_MS = 10_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const GIVE_UP_MS = 72 * HOUR_MS;

/** When the first event is due. */
export const NEXT_EVENT = "SELECT next_ms FROM audit ORDER BY position LIMIT 1";

/** The storage of a ledger, as far as it is used. */
interface Tables {
  readonly sql: SqlStorage;
  readonly prepare: (table: "audit") => void;
}

/** Writes down what was done with an upload. Runs in the transaction of that change. */
export function recordAct(
  ledger: Tables,
  act: UploadAct | undefined,
  { audit, nowMs }: { readonly audit: AuditSender | undefined; readonly nowMs: number },
): void {
  if (!audit || !act) return;
  const event = writeEvent(act, { source: audit.source, id: idOf(act), atMs: nowMs });
  addEvents(ledger, [event], nowMs);
}

/** Adds events. Runs in a transaction. */
export function addEvents(ledger: Tables, events: readonly string[], nowMs: number): void {
  ledger.prepare("audit");
  for (const event of events)
    ledger.sql.exec(
      "INSERT INTO audit (event, created_ms, next_ms) VALUES (?, ?, ?)",
      event,
      nowMs,
      nowMs + GATHER_MS,
    );
}

interface Row extends Record<string, SqlStorageValue> {
  readonly position: number;
  readonly event: string;
  readonly created_ms: number;
  readonly next_ms: number;
  readonly attempts: number;
}

interface Dependencies {
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Sends a batch, whenever the alarm comes, unless the last try has failed and the next one is not due. After a
 * minute at first, later hourly, for three days.
 */
export async function sendEvents(
  sql: SqlStorage,
  deliver: DeliverEvents,
  { now, random, log }: Dependencies,
): Promise<void> {
  const waiting = sql
    .exec<Row>(
      `SELECT position, event, created_ms, next_ms, attempts FROM audit ORDER BY position LIMIT ${MAX_EVENTS}`,
    )
    .toArray();
  const batch = takeBatch(waiting);
  const [first] = batch;
  if (!first || (first.attempts > 0 && first.next_ms > now())) return;
  const isTaken = await deliver(batch.map(({ event }) => event));
  if (isTaken) {
    sql.exec("DELETE FROM audit WHERE position <= ?", batch.at(-1)?.position ?? 0);
    return;
  }
  const lost = dropOld(sql, now() - GIVE_UP_MS);
  if (lost > 0) log("audit-lost", { events: lost });
  const delayMs = Math.min(HOUR_MS, MINUTE_MS * 2 ** first.attempts) * (0.9 + 0.2 * random());
  sql.exec(
    `UPDATE audit SET attempts = ?, next_ms = ? WHERE position = (SELECT min(position) FROM audit)`,
    first.attempts + 1,
    now() + Math.round(delayMs),
  );
}

/** Deletes what was written until then, and returns how many events it were. It reads no others. */
function dropOld(sql: SqlStorage, untilMs: number): number {
  const { rowsWritten } = sql.exec(
    `DELETE FROM audit WHERE position < coalesce(
       (SELECT position FROM audit WHERE created_ms > ? ORDER BY position LIMIT 1),
       (SELECT max(position) + 1 FROM audit))`,
    untilMs,
  );
  return rowsWritten;
}
