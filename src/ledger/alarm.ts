/** What a ledger's alarm does with due uploads: settle them, clean up after them, delete old records. */
import type { UploadClaims } from "../grant/upload-claims.ts";
import { describeError, type Log } from "../log.ts";
import type { Outcome } from "./record.ts";
import { RECORD_COLUMNS, toRecord, type Row } from "./row.ts";
import { markCleanedUp } from "./settle.ts";

export interface AlarmDependencies {
  readonly now: () => number;
  readonly log: Log;
  readonly verify: (claims: UploadClaims) => Promise<Outcome | undefined>;
  readonly abortParts: (claims: UploadClaims) => Promise<void>;
  readonly cleanUp: (claims: UploadClaims) => Promise<void>;
  readonly settle: (id: string, outcome: Outcome) => void;
}

const BATCH_SIZE = 10;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** After a week without an answer from the store the upload expires. */
const GIVE_UP_MS = 7 * 24 * HOUR_MS;

interface DueRow extends Row {
  readonly id: string;
  readonly due_ms: number;
  readonly attempts: number;
  readonly is_swept: number;
}

/** Handles a batch of due uploads. The rest stays due, so that the next alarm follows at once. */
export async function handleDueUploads(
  sql: SqlStorage,
  dependencies: AlarmDependencies,
): Promise<void> {
  const rows = sql
    .exec<DueRow>(
      `SELECT id, ${RECORD_COLUMNS}, due_ms, attempts, is_swept FROM upload
       WHERE due_ms <= ? ORDER BY due_ms LIMIT ?`,
      dependencies.now(),
      BATCH_SIZE,
    )
    .toArray();
  await Promise.all(rows.map(async (row) => handleUpload(sql, row, dependencies)));
}

async function handleUpload(
  sql: SqlStorage,
  row: DueRow,
  dependencies: AlarmDependencies,
): Promise<void> {
  const { now, verify, abortParts, cleanUp, settle } = dependencies;
  let due = row.due_ms;
  try {
    const { claims, status } = toRecord(row);
    due = claims.exp * 1000;
    if (status === "pending") {
      const outcome = await verify(claims);
      if (!outcome) await abortParts(claims);
      settle(claims.jti, outcome ?? { status: "expired" });
    } else if ((status === "rejected" || status === "aborted") && row.is_swept === 0) {
      await cleanUp(claims);
      markCleanedUp(sql, claims.jti, now());
    } else {
      sql.exec("DELETE FROM upload WHERE id = ? AND due_ms = ?", claims.jti, row.due_ms);
    }
  } catch (error) {
    postpone(sql, row, { dueSinceMs: due, error, dependencies });
  }
}

interface Failure {
  /** Since when the upload has been due. */
  readonly dueSinceMs: number;
  readonly error: unknown;
  readonly dependencies: AlarmDependencies;
}

/** Tries again later, with growing delays: the object is safe in the store, and the record here. */
function postpone(
  sql: SqlStorage,
  row: DueRow,
  { dueSinceMs, error, dependencies }: Failure,
): void {
  const { now, log, settle } = dependencies;
  log("settle-failed", {
    upload: row.id,
    attempts: row.attempts + 1,
    reason: describeError(error),
  });
  if (now() - dueSinceMs >= GIVE_UP_MS) {
    if (row.status === "pending") settle(row.id, { status: "expired" });
    else markCleanedUp(sql, row.id, now());
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
