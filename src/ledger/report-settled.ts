import type { Log } from "../log.ts";
import type { Meter } from "../meter.ts";
import type { Check, UploadRecord } from "./record.ts";

interface Dependencies {
  readonly log: Log;
  readonly meter?: Meter | undefined;
}

interface Ending {
  /** Who has found out. */
  readonly by: "request" | "alarm";
  /** Of a file under quarantine: how it was checked. */
  readonly check?: Check | undefined;
}

/** Tells log and metrics that an upload has ended. */
export function reportSettled(
  { log, meter }: Dependencies,
  record: UploadRecord,
  { by, check }: Ending,
): void {
  if (record.status === "pending") return;
  const { claims, status: outcome, finishedAtMs } = record;
  const { jti: upload, policy, store, iat } = claims;
  const bytes = record.status === "completed" ? record.verified.size : undefined;
  const sinceGrantMs = finishedAtMs - iat * 1000;
  const sinceCheckMs = check && finishedAtMs - check.sinceMs;
  const facts = { upload, policy, store, uploadStatus: outcome, by, bytes };
  log("upload-settled", { ...facts, sinceGrantMs, sinceCheckMs });
  const point = { policy, store, outcome, detail: by, bytes: bytes ?? 0 };
  meter?.({ ...point, kind: "settled", ms: sinceGrantMs });
  if (check)
    meter?.({ ...point, kind: "check", ms: finishedAtMs - check.sinceMs, attempts: check.tries });
}
