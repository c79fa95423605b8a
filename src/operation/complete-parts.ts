/** Completes a multipart upload in the store, if all parts have arrived with their granted lengths. */
import { partsOf, sizeOfPart, type Parts } from "../grant/parts.ts";
import type { CreatedMultipartClaims } from "../grant/upload-claims.ts";
import { Problem, invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import { CHECKSUMS } from "../store/checksum.ts";
import {
  completeMultipart,
  listParts,
  type NamedPart,
  type StoredPart,
} from "../store/multipart.ts";
import { headObject } from "../store/object.ts";
import { finalLocation, policyOf, type LocatedUpload } from "./locate.ts";
import { verifyUpload } from "./verify.ts";

type Multipart = LocatedUpload<CreatedMultipartClaims>;

export interface CompletedParts {
  /** Whether the store itself listed the parts. Otherwise the client named them. */
  readonly isListed: boolean;
  /** The store no longer has the multipart upload: it was completed before, or aborted. */
  readonly isOver: boolean;
}

const MAX_NAMED_PARTS = 25;

/**
 * Completes the parts in the store, or `named` where the store cannot list them. Throws
 * `verification-failed` while a part is missing, `invalid-request`, `already-exists` and
 * `store-unavailable`.
 */
export async function completeParts(
  service: Service,
  upload: Multipart,
  named: readonly NamedPart[] | undefined,
): Promise<CompletedParts> {
  const { claims, location, writer } = upload;
  const { uploadId } = claims;
  const parts = partsOf(claims.size, claims.partSize);
  const stored = await listParts(location, uploadId, writer);
  if (stored === "not-found") return { isListed: true, isOver: true };
  const isListed = stored !== undefined;
  const { overwrite: isOverwriteAllowed } = policyOf(service, claims);
  if (await wasCompleted(upload, { isListed, isOverwriteAllowed }))
    return { isListed, isOver: true };
  const request = {
    uploadId,
    parts: stored ? chooseStored(parts, stored) : checkNamed(parts, named),
    headers: completionHeaders(upload, isOverwriteAllowed),
  };
  const result = await completeMultipart(location, request, writer);
  switch (result) {
    case "completed":
      return { isListed, isOver: false };
    case "not-found":
      return { isListed, isOver: true };
    case "key-exists":
      // Under a key that no other upload can have, another request has completed this upload.
      if (!claims.unique) throw alreadyExists();
      return { isListed, isOver: false };
    case "part-missing":
      throw incomplete("Send the parts again: the store does not have the named ones");
    case "checksum-differs":
      throw incomplete(
        "Send the parts again, or abort: they have another checksum than the granted one",
      );
  }
}

/**
 * Returns whether this upload was completed before. Where parts cannot be listed, an object that fits the
 * grant is this upload. Under a key that other uploads may have, any other object throws
 * `already-exists`, as not every store supports conditions on completion.
 */
async function wasCompleted(
  upload: Multipart,
  {
    isListed,
    isOverwriteAllowed,
  }: { readonly isListed: boolean; readonly isOverwriteAllowed: boolean },
): Promise<boolean> {
  const isFree = upload.claims.unique || isOverwriteAllowed;
  if (isListed && isFree) return false;
  if (!isListed && (await isPromoted(upload))) return true;
  const outcome = await verifyUpload(upload);
  if (!isListed && outcome?.status === "completed") return true;
  if (outcome && !isFree) throw alreadyExists();
  return false;
}

/** Returns whether an earlier request has completed the parts, and a promotion has copied what they are. */
async function isPromoted(upload: Multipart): Promise<boolean> {
  if (upload.claims.pendingKey === undefined) return false;
  return (await headObject(finalLocation(upload), upload.reader)) !== undefined;
}

function alreadyExists(): Problem {
  return new Problem("already-exists", "Another object exists under this key");
}

function incomplete(detail: string): Problem {
  return new Problem("verification-failed", detail, { extras: { upload: "pending" } });
}

function chooseStored(parts: Parts, stored: readonly StoredPart[]): readonly StoredPart[] {
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]));
  const chosen: StoredPart[] = [];
  const missing: number[] = [];
  for (let partNumber = 1; partNumber <= parts.partCount; partNumber += 1) {
    const part = byNumber.get(partNumber);
    if (part?.size === sizeOfPart(parts, partNumber)) chosen.push(part);
    else missing.push(partNumber);
  }
  if (missing.length === 0) return chosen;
  const rest = missing.length - MAX_NAMED_PARTS;
  const more = rest > 0 ? ` and ${rest} more` : "";
  throw incomplete(
    `Send the missing parts first: ${missing.slice(0, MAX_NAMED_PARTS).join(", ")}${more}`,
  );
}

/** Returns every part exactly once, in order, with the ETag that the store returned for its PUT. */
function checkNamed(
  { partCount }: Parts,
  named: readonly NamedPart[] | undefined,
): readonly NamedPart[] {
  const detail = `must name all ${partCount} parts, each with its etag: this store cannot list them`;
  if (!named) {
    const where = `${detail}. Send them to POST /v1/uploads/{id}/complete`;
    throw invalidRequest({ pointer: "/parts", detail: where });
  }
  const sorted = named.toSorted((a, b) => a.partNumber - b.partNumber);
  const isComplete =
    sorted.length === partCount &&
    sorted.every(({ partNumber }, index) => partNumber === index + 1);
  if (!isComplete) throw invalidRequest({ pointer: "/parts", detail });
  return sorted.map(({ partNumber, etag }) => ({ partNumber, etag: etag.replaceAll('"', "") }));
}

/** The conditions that the store checks on completion (AWS: CompleteMultipartUpload). */
function completionHeaders(
  { claims: { checksum }, location }: Multipart,
  isOverwriteAllowed: boolean,
): Readonly<Record<string, string>> {
  const { noOverwrite, multipartChecksums } = location.store.provider;
  const isFullObject = checksum && multipartChecksums[checksum.algorithm] === "full-object";
  return {
    ...(noOverwrite?.trust === "enforced" &&
      !isOverwriteAllowed && { [noOverwrite.header]: noOverwrite.value }),
    ...(isFullObject && {
      [CHECKSUMS[checksum.algorithm].header]: checksum.value,
      "x-amz-checksum-type": "FULL_OBJECT",
    }),
  };
}
