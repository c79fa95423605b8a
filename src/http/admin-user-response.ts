/** Makes the answers of `/v1/admin` from what the operations return. */
import type * as z from "zod/mini";
import type { Check } from "../admin/check-ready.ts";
import type { DeletionReport } from "../admin/delete-user.ts";
import type { FoundKey, FoundObject } from "../admin/find-object.ts";
import type { UserUpload, UserUploads } from "../admin/list-uploads.ts";
import type { InspectedId } from "../grant/upload-id.ts";
import type { StuckLedger, WaitingMessage } from "../ledger/administer.ts";
import type {
  adminUpload,
  deletionReport,
  foundObject,
  readiness,
  stuckList,
  userUploads,
  waitingMessage,
} from "./admin-user-answer.ts";
import { formatTime } from "./format-time.ts";
import { recordAnswer } from "./v1-upload-response.ts";

/** A record of the ledger, with whose it is. */
function adminUploadAnswer({ id, record }: UserUpload): z.output<typeof adminUpload> {
  const { jti: name, store, iss: issuer, sub: user } = record.claims;
  return { ...recordAnswer({ id, record, publicUrl: undefined }), name, store, issuer, user };
}

export function userUploadsAnswer({
  uploads,
  cursor,
  outbox,
  unreached,
}: UserUploads): z.output<typeof userUploads> {
  return {
    uploads: uploads.map(adminUploadAnswer),
    ...(cursor !== undefined && { cursor }),
    outbox: outbox.map(messageAnswer),
    unreached,
  };
}

function messageAnswer({
  id: message,
  createdAtMs,
  nextAtMs,
  attempts,
}: WaitingMessage): z.output<typeof waitingMessage> {
  return {
    message,
    createdAt: formatTime(createdAtMs),
    nextAt: formatTime(nextAtMs),
    attempts,
  };
}

export function deletionAnswer({
  isDone,
  remainUntilMs,
  ...report
}: DeletionReport): z.output<typeof deletionReport> {
  return {
    done: isDone,
    ...report,
    ...(remainUntilMs !== undefined && { remainUntil: formatTime(remainUntilMs) }),
  };
}

export function foundObjectAnswer({
  key,
  upload,
  candidates,
  unattributed,
  objects,
}: FoundKey & { readonly upload?: InspectedId }): z.output<typeof foundObject> {
  return {
    key,
    ...(upload && { upload: inspectedAnswer(upload) }),
    candidates: candidates.map(({ uploads, ...candidate }) => ({
      ...candidate,
      uploads: uploads.map(adminUploadAnswer),
    })),
    unattributed,
    objects: objects.map(objectAnswer),
  };
}

function inspectedAnswer({ jti: name, policy, store, iat, exp }: InspectedId) {
  const [createdAt, expiresAt] = [formatTime(iat * 1000), formatTime(exp * 1000)];
  return { name, policy, store, createdAt, expiresAt };
}

function objectAnswer({ store, bucket, pendingKey, object, isAbortMark }: FoundObject) {
  const place = { store, bucket, ...(pendingKey !== undefined && { pendingKey }) };
  if (!object) return place;
  const { size, contentType, etag } = object;
  return {
    ...place,
    size,
    contentType,
    etag,
    ...(isAbortMark && { abortMark: true as const }),
  };
}

/** What is stuck, the oldest first. */
export function stuckAnswer(ledgers: readonly StuckLedger[]): z.output<typeof stuckList> {
  return {
    stuck: ledgers.map(({ ledger, work: { sinceMs, ...work } }) => ({
      ledger,
      ...work,
      since: formatTime(sinceMs),
    })),
  };
}

const statusOf = (isOk: boolean) => (isOk ? "ok" : "failing");

/** Whether everything works, and what does not. */
export function readyAnswer(checks: readonly Check[]): z.output<typeof readiness> {
  return {
    status: statusOf(checks.every(({ code }) => code === undefined)),
    checks: checks.map(({ name, code, reason, durationMs }) => ({
      name,
      status: statusOf(code === undefined),
      ...(code !== undefined && { code }),
      ...(reason !== undefined && { reason }),
      durationMs,
    })),
  };
}
