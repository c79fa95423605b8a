/** The answers of `/v1`: docs/protocol.md. */
import type * as z from "zod/mini";
import { MAX_SIGNED_PARTS, sizeOfPart } from "../grant/parts.ts";
import { lastArrivalMs } from "../grant/upload-claims.ts";
import type { CompletedUpload, UnfinishedUpload } from "../operation/complete.ts";
import type { IssuedCredentials } from "../operation/issue-credentials.ts";
import type { CreatedUpload, SinglePartUpload } from "../operation/create.ts";
import type { ListedUpload } from "../operation/list.ts";
import type { Progress } from "../operation/multipart.ts";
import type { StartedMultipart } from "../operation/start-multipart.ts";
import type { Download } from "../operation/object.ts";
import type { PartTicket } from "../operation/ticket.ts";
import { endpointOf } from "../store/store.ts";
import type {
  completedUpload,
  credentials,
  downloadTicket,
  multipartTicket,
  partTicket,
  partsState,
  singlePartTicket,
  ticket as uploadTicket,
  unfinishedUpload,
  uploadRecord,
} from "./v1-answer.ts";

type PartAnswer = z.output<typeof partTicket>;
type PartsState = z.output<typeof partsState>;
type SinglePartTicket = z.output<typeof singlePartTicket>;

/** A created upload: one ticket, or those of the first parts. */
export function uploadAnswer(upload: CreatedUpload): z.output<typeof uploadTicket> {
  const { id, admitted, claims } = upload;
  const { grant, key, remaining } = admitted;
  const untilSeconds =
    upload.kind === "multipart" ? claims.exp : upload.ticket.expiresAt.getTime() / 1000;
  return {
    id,
    status: "pending",
    policy: grant.policy.name,
    key: key.text,
    ...(upload.kind === "multipart" ? multipartAnswer(upload.multipart) : ticketAnswer(upload)),
    expiresIn: untilSeconds - (admitted.repeatedAtSeconds ?? claims.iat),
    expiresAt: formatTime(untilSeconds * 1000),
    ...(remaining && { quota: remaining }),
  };
}

function ticketAnswer({
  ticket,
  admitted,
}: SinglePartUpload): Pick<
  SinglePartTicket,
  "method" | "url" | "headers" | "contentLength" | "sizeEnforced" | "checksumEnforced"
> {
  const { size, checksum, store } = admitted.grant;
  const isChecksumIgnored = checksum && store.provider.checksums[checksum.algorithm] === "ignored";
  const { method, url, headers } = ticket;
  return {
    method,
    url,
    headers,
    ...(size === undefined ? { sizeEnforced: false } : { contentLength: size }),
    ...(isChecksumIgnored && { checksumEnforced: false }),
  };
}

function multipartAnswer({
  uploadId,
  parts,
  tickets,
}: StartedMultipart): Pick<z.output<typeof multipartTicket>, "multipart"> {
  const { partSize, partCount } = parts;
  const next = tickets.length + 1;
  return {
    multipart: {
      uploadId,
      partSize,
      partCount,
      parts: tickets.map(partAnswer),
      ...(next <= partCount && { nextPartNumber: next }),
    },
  };
}

/** The ticket of one part. */
export function partAnswer(ticket: PartTicket): PartAnswer {
  const { partNumber, method, url, headers, bytes, expiresInSeconds, expiresAt } = ticket;
  return {
    partNumber,
    method,
    url,
    headers,
    contentLength: bytes,
    expiresIn: expiresInSeconds,
    expiresAt: formatTime(expiresAt.getTime()),
  };
}

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

/** A ticket to read an object. */
export function downloadAnswer({ policy, key, ticket }: Download): z.output<typeof downloadTicket> {
  const { method, url, headers, expiresInSeconds, expiresAt } = ticket;
  return {
    policy,
    key,
    method,
    url,
    headers,
    expiresIn: expiresInSeconds,
    expiresAt: formatTime(expiresAt.getTime()),
  };
}

/** Credentials, and where they are valid. */
export function credentialsAnswer({
  grant,
  credentials: issued,
  issuedAtMs,
}: IssuedCredentials): z.output<typeof credentials> {
  const { store } = grant.policy;
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = issued;
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken,
    expiresAt: formatTime(expiresAt.getTime()),
    expiresIn: Math.floor((expiresAt.getTime() - issuedAtMs) / 1000),
    endpoint: endpointOf(store, store.origin ?? ""),
    region: store.region,
    bucket: store.bucket,
    prefix: grant.prefix,
    addressing: store.basePath.endsWith(`/${store.bucket}/`) ? "path" : "virtual-host",
  };
}

/** RFC 3339, in whole seconds. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -".000Z".length)}Z`;
}
