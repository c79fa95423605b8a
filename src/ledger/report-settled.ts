import type { Log } from "../log.ts";
import type { Meter } from "../meter.ts";
import type { UploadRecord } from "./record.ts";

interface Dependencies {
  readonly log: Log;
  readonly meter?: Meter | undefined;
}

/** Tells log and metrics that an upload has ended: found out by a request, or by the ledger's alarm. */
export function reportSettled(
  { log, meter }: Dependencies,
  record: UploadRecord,
  detail: "request" | "alarm",
): void {
  if (record.status === "pending") return;
  const { claims, status: outcome, finishedAtMs } = record;
  const { jti: upload, policy, store, iat } = claims;
  const bytes = record.status === "completed" ? record.verified.size : undefined;
  const ms = finishedAtMs - iat * 1000;
  log("upload-settled", { upload, policy, store, uploadStatus: outcome, bytes, sinceGrantMs: ms });
  meter?.({ kind: "settled", policy, store, outcome, detail, bytes: bytes ?? 0, ms });
}
