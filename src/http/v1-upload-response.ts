/** What `/v1` says of an upload that was created: its parts, its completion, its record. docs/protocol.md. */
import type * as z from "zod/mini";
import { MAX_SIGNED_PARTS, sizeOfPart } from "../grant/parts.ts";
import { lastArrivalMs } from "../grant/upload-claims.ts";
import type { CompletedUpload, UnfinishedUpload } from "../operation/complete.ts";
import type { ListedUpload } from "../operation/list.ts";
import type { Progress } from "../operation/multipart.ts";
import { formatTime } from "./format-time.ts";
import type { completedUpload, partsState, unfinishedUpload, uploadRecord } from "./v1-answer.ts";

type PartsState = z.output<typeof partsState>;

/** The parts that have arrived, and the missing ones. */
export function progressAnswer({ uploadId, parts, stored, claims }: Progress): PartsState {
  const byNumber = new Map((stored ?? []).map((part) => [part.partNumber, part]));
  const done: PartsState["done"] = [];
  const missing: PartsState["missing"] = [];
  for (let partNumber = 1; partNumber <= parts.partCount; partNumber += 1) {
    const part = byNumber.get(partNumber);
    const size = sizeOfPart(parts, partNumber);
    if (part?.size === size) done.push({ partNumber, size, etag: part.etag });
    else missing.push({ partNumber, size });
  }
  return {
    uploadId,
    key: claims.key,
    ...parts,
    window: MAX_SIGNED_PARTS,
    partsListed: stored !== undefined,
    done,
    missing,
    expiresAt: formatTime(claims.exp * 1000),
  };
}

/** A verified upload with its receipt, or one whose file is still being checked. */
export function completionAnswer(
  completed: CompletedUpload | UnfinishedUpload,
  id: string,
): z.output<typeof completedUpload> | z.output<typeof unfinishedUpload> {
  return isUnfinished(completed) ? unfinishedAnswer(completed, id) : completedAnswer(completed, id);
}

/** Returns whether the client is to ask again. */
export function isUnfinished(
  completed: CompletedUpload | UnfinishedUpload,
): completed is UnfinishedUpload {
  return "retryAfterSeconds" in completed;
}

/** Returns 202 where the client is to ask again. */
export function statusOf(completed: CompletedUpload | UnfinishedUpload): 200 | 202 {
  return isUnfinished(completed) ? 202 : 200;
}

function unfinishedAnswer(
  { claims: { policy, key }, retryAfterSeconds }: UnfinishedUpload,
  id: string,
): z.output<typeof unfinishedUpload> {
  return { id, status: "pending", policy, key, retryAfter: retryAfterSeconds };
}

function completedAnswer(completed: CompletedUpload, id: string): z.output<typeof completedUpload> {
  const { claims, verified, completedAtMs, isListed, publicUrl, receipt } = completed;
  const { policy, key } = claims;
  return {
    id,
    status: "completed",
    policy,
    key,
    ...verified,
    ...(publicUrl !== undefined && { publicUrl }),
    ...(isListed === false && { partsListed: false }),
    completedAt: formatTime(completedAtMs),
    receipt,
  };
}

/** A record of the ledger. */
export function recordAnswer({
  id,
  record,
  publicUrl,
}: ListedUpload): z.output<typeof uploadRecord> {
  const { policy, key, type, size, iat, exp } = record.claims;
  return {
    id,
    status: record.status,
    policy,
    key,
    contentType: type,
    ...(size !== undefined && { size }),
    createdAt: formatTime(iat * 1000),
    expiresAt: formatTime(exp * 1000),
    ...(record.status !== "pending" && { finishedAt: formatTime(record.finishedAtMs) }),
    ...(record.status !== "pending" &&
      record.isReserved && { reservedUntil: formatTime(lastArrivalMs(record.claims)) }),
    ...(record.status === "completed" && record.verified),
    ...(publicUrl !== undefined && { publicUrl }),
    ...(record.status === "rejected" && { reasons: record.reasons }),
  };
}
