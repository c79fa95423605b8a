/** What a ledger's alarm does with objects that may be gone: it asks the store, and counts what is there. */
import { describeError, type Log } from "../log.ts";
import type { LeftObject, StoredPlace } from "./leftover.ts";

export interface LookDependencies {
  readonly now: () => number;
  readonly log: Log;
  /** Returns what the store has under a key; `undefined` for nothing. Throws where the store cannot be asked. */
  readonly measure: (place: StoredPlace) => Promise<LeftObject | undefined>;
}

const BATCH_SIZE = 10;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** About a week of attempts: then the object stays counted until it is deleted again. */
const MAX_ATTEMPTS = 175;

interface DueRow extends Record<string, SqlStorageValue> {
  readonly store: string;
  readonly key: string;
  readonly origin: string | null;
  readonly objects: number;
  readonly attempts: number;
  readonly due_ms: number;
}

/** Looks at a batch of objects. The rest stays due, so that the next alarm follows at once. */
export async function lookAtStored(sql: SqlStorage, dependencies: LookDependencies): Promise<void> {
  const rows = sql
    .exec<DueRow>(
      `SELECT store, key, origin, objects, attempts, due_ms FROM stored
       WHERE due_ms <= ? ORDER BY due_ms LIMIT ?`,
      dependencies.now(),
      BATCH_SIZE,
    )
    .toArray();
  await Promise.all(rows.map(async (row) => look(sql, row, dependencies)));
}

async function look(
  sql: SqlStorage,
  row: DueRow,
  { now, log, measure }: LookDependencies,
): Promise<void> {
  const { store, key, origin, due_ms: dueMs } = row;
  // What has changed while the store was asked has another due time.
  const unchanged = "WHERE store = ? AND key = ? AND due_ms = ?";
  const place = [store, key, dueMs] as const;
  try {
    const object = await measure({ store, key, origin: origin ?? undefined });
    if (object) {
      const found = `objects = 1, bytes = ?, etag = ?, due_ms = NULL, attempts = 0 ${unchanged}`;
      sql.exec(`UPDATE stored SET ${found}`, object.size, object.etag, ...place);
    } else if (row.objects > 0) {
      // A PUT may end long after its ticket.
      const gone = `objects = 0, bytes = 0, etag = '', due_ms = ?, attempts = 0 ${unchanged}`;
      sql.exec(`UPDATE stored SET ${gone}`, now() + DAY_MS, ...place);
    } else {
      sql.exec(`DELETE FROM stored ${unchanged}`, ...place);
    }
  } catch (error) {
    const attempts = row.attempts + 1;
    log("look-failed", { store, attempts, reason: describeError(error) });
    const delayMs = Math.min(HOUR_MS, MINUTE_MS * 2 ** row.attempts);
    const nextMs = attempts >= MAX_ATTEMPTS ? null : now() + delayMs;
    sql.exec(`UPDATE stored SET due_ms = ?, attempts = ? ${unchanged}`, nextMs, attempts, ...place);
  }
}
