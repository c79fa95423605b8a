/** Uploads as `/v1` answers them: docs/protocol.md. */
import type { UploadRecord } from "../ledger/record.ts";
import { sizeOfPart, WINDOW } from "../grant/parts.ts";
import type { Completed } from "../operation/complete.ts";
import type { BegunMultipart, Progress } from "../operation/multipart.ts";
import type { Download } from "../operation/object.ts";
import type { GrantedUpload } from "../operation/create.ts";
import type { PartTicket, Ticket } from "../operation/ticket.ts";

type Answer = Readonly<Record<string, unknown>>;

/** A ticket, or those of the first parts, and what is promised of it. */
export function presentUpload({ admitted, claims, issued }: GrantedUpload, id: string): Answer {
  const { grant, key, standing } = admitted;
  return {
    id,
    status: "pending",
    policy: grant.policy.name,
    key: key.text,
    ...("tickets" in issued ? presentBegun(issued) : presentTicket(issued, grant)),
    expiresIn: claims.exp - claims.iat,
    expiresAt: timeOf(claims.exp * 1000),
    ...(standing && { quota: standing }),
  };
}

function presentTicket(
  { method, url, headers }: Ticket,
  { size, checksum, store }: GrantedUpload["admitted"]["grant"],
): Answer {
  const isChecksumIgnored = checksum && store.provider.checksums[checksum.algorithm] === "ignored";
  return {
    method,
    url,
    headers,
    ...(size === undefined ? { sizeEnforced: false } : { contentLength: size }),
    ...(isChecksumIgnored && { checksumEnforced: false }),
  };
}

function presentBegun({ uploadId, parts, tickets }: BegunMultipart): Answer {
  const next = tickets.length + 1;
  return {
    multipart: {
      uploadId,
      partSize: parts.partSize,
      partCount: parts.partCount,
      parts: tickets.map(presentPart),
      ...(next <= parts.partCount && { nextPartNumber: next }),
    },
  };
}

/** The ticket of one part. */
export function presentPart({
  partNumber,
  method,
  url,
  headers,
  bytes,
  expiresInSeconds,
  expiresAt,
}: PartTicket): Answer {
  return {
    partNumber,
    method,
    url,
    headers,
    contentLength: bytes,
    expiresIn: expiresInSeconds,
    expiresAt: timeOf(expiresAt.getTime()),
  };
}

/** What is there and what is missing: all that a client needs to go on. */
export function presentProgress({ uploadId, size, parts, stored, claims }: Progress): Answer {
  const sizes = new Map((stored ?? []).map((part) => [part.partNumber, part]));
  const numbers = Array.from({ length: parts.partCount }, (_, index) => index + 1);
  const isDone = (partNumber: number) =>
    sizes.get(partNumber)?.size === sizeOfPart(size, parts, partNumber);
  return {
    uploadId,
    key: claims.key,
    size,
    ...parts,
    window: WINDOW,
    partsListed: stored !== undefined,
    done: numbers.filter(isDone).map((partNumber) => ({
      partNumber,
      size: sizes.get(partNumber)?.size,
      etag: sizes.get(partNumber)?.etag,
    })),
    missing: numbers
      .filter((partNumber) => !isDone(partNumber))
      .map((partNumber) => ({ partNumber, size: sizeOfPart(size, parts, partNumber) })),
    expiresAt: timeOf(claims.exp * 1000),
  };
}

/** An upload that was verified, with its receipt. */
export function presentCompleted(
  { claims, verified, completedAtMs, isListed }: Completed,
  id: string,
  receipt: string,
): Answer {
  const { policy, key } = claims;
  return {
    id,
    status: "completed",
    policy,
    key,
    ...verified,
    ...(isListed === false && { partsListed: false }),
    completedAt: timeOf(completedAtMs),
    receipt,
  };
}

/** A record of the ledger, whatever became of it. */
export function presentRecord(
  { claims, status, finishedAtMs, verified, reasons }: UploadRecord,
  id: string,
): Answer {
  const { policy, key, type, size, iat, exp } = claims;
  return {
    id,
    status,
    policy,
    key,
    contentType: type,
    ...(size !== undefined && { size }),
    createdAt: timeOf(iat * 1000),
    expiresAt: timeOf(exp * 1000),
    ...(finishedAtMs !== undefined && { finishedAt: timeOf(finishedAtMs) }),
    ...verified,
    ...(reasons && { reasons }),
  };
}

/** A ticket to read. */
export function presentDownload({ expiresInSeconds, expiresAt, ...ticket }: Download): Answer {
  return {
    ...ticket,
    headers: {},
    expiresIn: expiresInSeconds,
    expiresAt: timeOf(expiresAt.getTime()),
  };
}

/** RFC 3339, in whole seconds. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}/, "");
}
