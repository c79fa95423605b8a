/** What a ledger does when an upload is due: ask its store, sweep what is left, forget what is old. */
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { Log } from "../log.ts";
import { RECORD_COLUMNS, toRecord, type Outcome, type Row } from "./record.ts";
import { markSwept } from "./settle.ts";

export interface Watch {
  readonly now: () => number;
  readonly log: Log;
  readonly inspect: (claims: UploadClaims) => Promise<Outcome | undefined>;
  readonly abandon: (claims: UploadClaims) => Promise<void>;
  readonly sweep: (claims: UploadClaims) => Promise<void>;
  readonly settle: (id: string, outcome: Outcome) => void;
}

const AT_ONCE = 10;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A store that has not answered for a week will not tell any more. */
const GIVE_UP_MS = 7 * 24 * HOUR_MS;

interface DueRow extends Row {
  readonly id: string;
  readonly due_ms: number;
  readonly attempts: number;
  readonly is_swept: number;
}

/** Takes the uploads that are due, a few at once; the rest is due at once again. */
export async function watch(sql: SqlStorage, world: Watch): Promise<void> {
  const rows = sql
    .exec<DueRow>(
      `SELECT id, ${RECORD_COLUMNS}, due_ms, attempts, is_swept FROM upload
       WHERE due_ms <= ? ORDER BY due_ms LIMIT ?`,
      world.now(),
      AT_ONCE,
    )
    .toArray();
  await Promise.all(rows.map(async (row) => watchOne(sql, row, world)));
}

async function watchOne(sql: SqlStorage, row: DueRow, world: Watch): Promise<void> {
  let due = row.due_ms;
  try {
    const { claims, status } = toRecord(row);
    due = claims.exp * 1000;
    if (status === "pending") {
      const outcome = await world.inspect(claims);
      if (!outcome) await world.abandon(claims);
      world.settle(claims.jti, outcome ?? { status: "expired" });
    } else if ((status === "rejected" || status === "aborted") && row.is_swept === 0) {
      await world.sweep(claims);
      markSwept(sql, claims.jti, world.now());
    } else {
      sql.exec("DELETE FROM upload WHERE id = ? AND due_ms = ?", claims.jti, row.due_ms);
    }
  } catch (error) {
    postpone(sql, row, { dueSinceMs: due, error, world });
  }
}

interface Failure {
  /** Since when the upload was to be settled. */
  readonly dueSinceMs: number;
  readonly error: unknown;
  readonly world: Watch;
}

/** Later, and later still: the object is safe in the store, and so is the record here. */
function postpone(sql: SqlStorage, row: DueRow, { dueSinceMs, error, world }: Failure): void {
  const { now, log } = world;
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  log("settling-failed", { upload: row.id, attempts: row.attempts + 1, reason });
  if (now() - dueSinceMs >= GIVE_UP_MS) {
    if (row.status === "pending") world.settle(row.id, { status: "expired" });
    else markSwept(sql, row.id, now());
    return;
  }
  const delayMs = Math.min(HOUR_MS, MINUTE_MS * 2 ** row.attempts);
  sql.exec(
    "UPDATE upload SET due_ms = ?, attempts = attempts + 1 WHERE id = ? AND due_ms = ?",
    now() + delayMs,
    row.id,
    row.due_ms,
  );
}
