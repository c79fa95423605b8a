import { actOf, type UploadAct } from "../audit/act.ts";
import type { UploadRecord } from "./record.ts";

/** Returns the act that has ended an upload; `undefined` for one that is pending. */
export function endingOf(record: UploadRecord): UploadAct | undefined {
  const { claims, status } = record;
  if (status === "pending") return undefined;
  const act = actOf(`upload.${status}`, claims);
  if (record.status === "rejected")
    return { ...act, code: "verification-failed", reasons: record.reasons };
  if (record.status !== "completed") return act;
  const { size, contentType, etag } = record.verified;
  return { ...act, size, contentType, etag };
}
