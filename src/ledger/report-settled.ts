import type { Log } from "../log.ts";
import type { UploadRecord } from "./record.ts";

/** Tells the log that an upload has ended. */
export function reportSettled({ log }: { readonly log: Log }, record: UploadRecord): void {
  if (record.status === "pending") return;
  const { claims, status, finishedAtMs } = record;
  log("upload-settled", {
    upload: claims.jti,
    policy: claims.policy,
    store: claims.store,
    uploadStatus: status,
    bytes: record.status === "completed" ? record.verified.size : undefined,
    sinceGrantMs: finishedAtMs - claims.iat * 1000,
  });
}
