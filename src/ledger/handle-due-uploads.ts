/** What a ledger's alarm does with due uploads: settle them, clean up after them, look once more, delete old records. */
import { lastArrivalMs, type UploadClaims } from "../grant/upload-claims.ts";
import { describeError, type Log } from "../log.ts";
import type { Leftover, LeftObject } from "./leftover.ts";
import type { Promotion } from "./promotion.ts";
import type { Outcome, UploadRecord } from "./record.ts";
import { RECORD_COLUMNS, toRecord, type Row } from "./row.ts";
import { LATE_LOOK_MS, RETENTION_MS, markCleanedUp } from "./settle.ts";

export interface AlarmDependencies {
  readonly now: () => number;
  readonly log: Log;
  readonly verify: (claims: UploadClaims) => Promise<Outcome | undefined>;
  readonly promote: (claims: UploadClaims) => Promise<Promotion>;
  readonly cleanUpPromoted: (claims: UploadClaims, isDeleted: boolean) => Promise<void>;
  readonly abortParts: (claims: UploadClaims) => Promise<void>;
  readonly cleanUp: (claims: UploadClaims, isLast: boolean) => Promise<Leftover>;
  /** Returns whether the object takes a place for as long as it stays. */
  readonly countLeftover: (claims: UploadClaims, object: LeftObject) => boolean;
  readonly settle: (id: string, outcome: Outcome) => void;
}

const BATCH_SIZE = 10;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** After a week without an answer from the store the upload expires, or what was due is skipped. */
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
  const { abortParts, settle, now } = dependencies;
  let dueSinceMs = row.due_ms;
  try {
    const record = toRecord(row);
    const { claims, status } = record;
    const isLast = row.is_swept > 0;
    dueSinceMs = firstDueMs(record, row.is_swept);
    if (status === "pending") {
      const outcome = await look(claims, dependencies);
      if (outcome === "ended") return;
      if (!outcome && mayStillArrive(claims, now())) return waitForArrival(sql, row, claims);
      if (!outcome) await abortParts(claims);
      settle(claims.jti, outcome ?? { status: "expired" });
    } else if (status === "completed") {
      if (isLast || claims.pendingKey === undefined) return forget(sql, row);
      await dependencies.cleanUpPromoted(claims, record.isDeleted ?? false);
      markCleanedUp(sql, row.id, now() + RETENTION_MS);
    } else if (status === "expired" && claims.unique) {
      // A PUT may have ended long after its ticket.
      const outcome = await look(claims, dependencies);
      if (outcome === "ended") return;
      if (outcome) settle(claims.jti, outcome);
      else if (isLast) forget(sql, row);
      else markCleanedUp(sql, row.id, record.finishedAtMs + RETENTION_MS);
    } else {
      await cleanUpAfter(sql, { row, claims, isLast }, dependencies);
    }
  } catch (error) {
    postpone(sql, row, { dueSinceMs, error, dependencies });
  }
}

/** Returns what arrived, checked and promoted where that is asked for; `ended` where it was settled meanwhile. */
async function look(
  claims: UploadClaims,
  { verify, promote }: AlarmDependencies,
): Promise<Outcome | "ended" | undefined> {
  if (claims.pendingKey === undefined) return verify(claims);
  const promotion = await promote(claims);
  switch (promotion.kind) {
    case "checked":
      return promotion.outcome;
    case "nothing":
      return undefined;
    case "ended":
      return "ended";
    case "later":
      throw new Error(promotion.reason);
  }
}

/** A promotion that did not end makes its upload due early. A multipart upload without an id is due with its first tickets. */
function mayStillArrive(claims: UploadClaims, nowMs: number): boolean {
  const { pendingKey, partSize, uploadId } = claims;
  const isCreated = partSize === undefined || uploadId !== undefined;
  return pendingKey !== undefined && isCreated && nowMs < lastArrivalMs(claims);
}

function waitForArrival(
  sql: SqlStorage,
  { id, due_ms: dueMs }: DueRow,
  claims: UploadClaims,
): void {
  sql.exec(
    "UPDATE upload SET due_ms = ?, attempts = 0 WHERE id = ? AND due_ms = ?",
    lastArrivalMs(claims),
    id,
    dueMs,
  );
}

/**
 * The first time when the ticket can store nothing more, the last time before the record is deleted: later if a file
 * in quarantine counts until something else deletes it.
 */
async function cleanUpAfter(
  sql: SqlStorage,
  {
    row,
    claims,
    isLast,
  }: { readonly row: DueRow; readonly claims: UploadClaims; readonly isLast: boolean },
  { now, cleanUp, countLeftover }: AlarmDependencies,
): Promise<void> {
  const found = await cleanUp(claims, isLast);
  const isCounted = found.kind === "stays" && countLeftover(claims, found.object);
  // A rule of the bucket deletes what stays pending, and nobody says so.
  const mayGo = isCounted && claims.pendingKey !== undefined;
  if (!isLast || mayGo) markCleanedUp(sql, row.id, now() + RETENTION_MS);
  // Until the abort mark was deleted, a PUT could not end: one may have ended since.
  else if (found.kind === "deleted") markCleanedUp(sql, row.id, now() + HOUR_MS);
  else forget(sql, row);
}

/** Returns from when the week without an answer counts, for what the upload is due now. */
function firstDueMs(record: UploadRecord, sweeps: number): number {
  const expMs = record.claims.exp * 1000;
  if (record.status === "pending") return expMs;
  if (sweeps > 0) return Math.max(expMs, record.finishedAtMs) + sweeps * RETENTION_MS;
  return record.status === "expired" ? record.finishedAtMs + LATE_LOOK_MS : expMs;
}

function forget(sql: SqlStorage, { id, due_ms: dueMs }: DueRow): void {
  sql.exec("DELETE FROM upload WHERE id = ? AND due_ms = ?", id, dueMs);
}

interface Failure {
  /** From when the week without an answer counts. Of a record that cannot be read it is the last try: it stays. */
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
    else if (row.is_swept > 0) forget(sql, row);
    else markCleanedUp(sql, row.id, now() + RETENTION_MS);
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
