/** What must hold in the end, whatever failed in between. */
import type { Told } from "./callers.ts";
import type { Stored, StoredLedger, StoredObject, UploadRow } from "./stored.ts";

interface Seen {
  readonly stored: Stored;
  readonly told: Told;
  /** How often each webhook was accepted. */
  readonly accepted: ReadonlyMap<string, number>;
}

/** Returns every violated invariant, in words. */
export function findViolations({ stored, told, accepted }: Seen): readonly string[] {
  const uploads = stored.ledgers.flatMap((ledger) => ledger.uploads);
  const byKey = new Map(uploads.map((row) => [row.key, row]));
  const objects = new Map(stored.objects.map((object) => [object.key, object]));
  return [
    ...told.surprises.map((text) => `unexpected answer: ${text}`),
    ...stored.ledgers.flatMap((ledger) => [...checkLedger(ledger)]),
    ...checkTold(told, byKey),
    ...uploads
      .filter(({ status, key }) => status === "rejected" && !told.oversized.has(key))
      .map(({ key }) => `record: ${key} is rejected, and was as it was granted`),
    ...checkWebhooks(uploads, accepted),
    ...uploads.flatMap((row) => [...checkObjectOf(row, objects.get(row.key))]),
    ...stored.objects.flatMap((object) => [...checkObject(object, byKey, told)]),
    ...uploads
      .filter(({ uploadId }) => uploadId !== null && stored.openMultiparts.includes(uploadId))
      .map(({ id, status }) => `multipart: ${id} is ${status}, and still open in the store`),
  ];
}

/** Nothing is due any more: nothing is pending or reserved, and the outbox is empty. */
export function isDrained({ ledgers }: Stored): boolean {
  return ledgers.every(
    ({ uploads, messages }) =>
      messages.length === 0 &&
      uploads.every(({ status, reserved }) => status !== "pending" && reserved === 0),
  );
}

function* checkLedger({
  uploads,
  usage,
  counted,
  windows,
  messages,
}: StoredLedger): Generator<string> {
  if (JSON.stringify(usage) !== JSON.stringify(counted))
    yield `usage: ${JSON.stringify(usage)} is not ${JSON.stringify(counted)}`;
  for (const { id, attempts } of messages)
    yield `outbox: ${id} is not delivered after ${attempts} attempts`;
  for (const { id, status, reserved } of uploads)
    if (status === "pending" || reserved > 0)
      yield `quota: ${id} is ${status} and reserves ${reserved}`;
  for (const { policy, counter, start_ms: startMs, used } of windows) {
    const own = uploads.filter((row) => row.policy === policy);
    const expected =
      counter === "uploads"
        ? own.filter((row) => row.created_ms >= startMs).length
        : own
            .filter((row) => row.status === "completed" && (row.finished_ms ?? 0) >= startMs)
            .reduce((sum, row) => sum + (row.size ?? 0), 0);
    if (used !== expected)
      yield `quota: ${policy} has counted ${used} ${counter}, ${expected} are there`;
  }
  for (const { id, countedEtag } of uploads)
    if (countedEtag !== null) yield `quota: ${id} has counted a leftover`;
}

function* checkTold(told: Told, byKey: ReadonlyMap<string, UploadRow>): Generator<string> {
  const expectations = [
    [told.metered, ["completed", "rejected", "expired", "aborted"]],
    [told.completed, ["completed"]],
    [told.rejected, ["rejected"]],
    [told.aborted, ["aborted", "rejected"]],
  ] as const;
  for (const [keys, statuses] of expectations)
    for (const key of keys) {
      if (told.plain.has(key)) continue;
      const status = byKey.get(key)?.status ?? "without a record";
      if (!statuses.some((one) => one === status))
        yield `record: ${key} is ${status}, a client was told ${statuses.join(" or ")}`;
    }
}

function* checkWebhooks(
  uploads: readonly UploadRow[],
  accepted: ReadonlyMap<string, number>,
): Generator<string> {
  const expected = new Set(
    uploads
      .filter(({ status }) => status !== "pending" && status !== "aborted")
      .map(({ id, status }) => `${id}.${status}`),
  );
  for (const id of expected) if (!accepted.has(id)) yield `webhook: ${id} was not delivered`;
  for (const id of accepted.keys()) if (!expected.has(id)) yield `webhook: ${id} reports no upload`;
}

function* checkObjectOf(
  { key, status, size }: UploadRow,
  object: StoredObject | undefined,
): Generator<string> {
  if (status === "completed" && (object?.size !== size || object.isMark))
    yield `bucket: ${key} is completed with ${size} bytes, the store has ${object?.size}`;
}

function* checkObject(
  { key, size, isMark }: StoredObject,
  byKey: ReadonlyMap<string, UploadRow>,
  told: Told,
): Generator<string> {
  const granted = told.plain.get(key);
  if (told.deleted.has(key)) yield `bucket: ${key} was deleted, and is there`;
  else if (granted !== undefined) {
    if (size !== granted && !Number.isNaN(granted))
      yield `bucket: ${key} has ${size} bytes, not ${granted}`;
  } else {
    const status = byKey.get(key)?.status ?? "unknown";
    const isExplained = isMark
      ? status === "aborted" || status === "rejected"
      : status === "completed";
    if (!isExplained) yield `bucket: ${key} (${size} bytes) is ${status}`;
  }
}
