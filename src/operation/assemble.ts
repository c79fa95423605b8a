/** Puts an upload's parts together in the store, if all of them are there with the granted lengths. */
import type { UploadClaims } from "../grant/upload-claims.ts";
import { sizeOfPart } from "../grant/parts.ts";
import { Problem, invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import { CHECKSUMS } from "../store/checksum.ts";
import {
  completeMultipart,
  listParts,
  type NamedPart,
  type StoredPart,
} from "../store/multipart.ts";
import { inspect } from "./cleanup.ts";
import { askingOf, locate, orStoreUnavailable, policyOf } from "./locate.ts";
import { toParts, type InParts } from "./multipart.ts";

/** What came of it. */
export interface Assembled {
  readonly isListed: boolean;
  /** The store knows no parts any more: they were put together before, or aborted. */
  readonly isGone: boolean;
}

/** How many missing parts a refusal names. */
const NAMED = 25;

/**
 * Whether the store listed the parts itself; without that, what the client names is what is put
 * together. Throws `verification-failed` while a part is missing, and `invalid-request`,
 * `already-exists`, `store-unavailable`. Parts that are gone were put together before, or aborted.
 */
export async function assemble(
  service: Service,
  claims: UploadClaims,
  named: readonly NamedPart[] | undefined,
): Promise<Assembled> {
  const upload = toParts(claims);
  const location = locate(service, claims);
  const { writer } = askingOf(service, location.store);
  const stored = await orStoreUnavailable(async () => listParts(location, upload.uploadId, writer));
  if (stored === "gone") return { isListed: true, isGone: true };
  const isListed = stored !== undefined;
  if ((await lookUnderKey(service, claims, isListed)) === "own") return { isListed, isGone: true };
  const parts = stored ? chooseStored(upload, stored) : checkNamed(upload, named);
  const request = { uploadId: upload.uploadId, parts, headers: completionHeaders(service, claims) };
  const completion = await orStoreUnavailable(async () =>
    completeMultipart(location, request, writer),
  );
  if (completion === "missing") {
    throw new Problem(
      "verification-failed",
      "Send the parts again: the store does not have them as they were named",
      { extras: { upload: "pending" } },
    );
  }
  if (completion === "differs") {
    const detail = "The parts do not make the checksum that was granted: send them again, or abort";
    throw new Problem("verification-failed", detail, { extras: { upload: "pending" } });
  }
  // Under a key that no other upload can have, it is this one, completed by another request.
  if (completion === "exists" && !claims.unique) throw alreadyExists();
  return { isListed, isGone: completion === "gone" };
}

/**
 * Where parts cannot be listed, an object that fits the grant is this upload, completed before. Under
 * a key that another upload may have, any other object is in the way: not every store heeds a
 * condition on completion.
 */
async function lookUnderKey(
  service: Service,
  claims: UploadClaims,
  isListed: boolean,
): Promise<"nothing" | "own"> {
  const isFree = claims.unique || policyOf(service, claims).isOverwriteAllowed;
  if (isListed && isFree) return "nothing";
  const outcome = await orStoreUnavailable(async () => inspect(service, claims));
  if (!isListed && outcome?.status === "completed") return "own";
  if (outcome && !isFree) throw alreadyExists();
  return "nothing";
}

function alreadyExists(): Problem {
  return new Problem("already-exists", "There is another object under this key");
}

function chooseStored(
  { size, parts }: InParts,
  stored: readonly StoredPart[],
): readonly StoredPart[] {
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]));
  const chosen: StoredPart[] = [];
  const missing: number[] = [];
  for (let partNumber = 1; partNumber <= parts.partCount; partNumber += 1) {
    const part = byNumber.get(partNumber);
    if (part?.size === sizeOfPart(size, parts, partNumber)) chosen.push(part);
    else missing.push(partNumber);
  }
  if (missing.length === 0) return chosen;
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : "";
  throw new Problem(
    "verification-failed",
    `Send the missing parts first: ${missing.slice(0, NAMED).join(", ")}${more}`,
    { extras: { upload: "pending" } },
  );
}

/** Every part exactly once, in order, with the ETag that the store answered to its PUT. */
function checkNamed(
  { parts }: InParts,
  named: readonly NamedPart[] | undefined,
): readonly NamedPart[] {
  const detail = `must name all ${parts.partCount} parts, each with its etag: this store cannot list them`;
  if (!named) throw invalidRequest({ pointer: "/parts", detail });
  const sorted = named.toSorted((a, b) => a.partNumber - b.partNumber);
  const isWhole =
    sorted.length === parts.partCount &&
    sorted.every(({ partNumber }, index) => partNumber === index + 1);
  if (!isWhole) throw invalidRequest({ pointer: "/parts", detail });
  return sorted.map(({ partNumber, etag }) => ({ partNumber, etag: etag.replaceAll('"', "") }));
}

/** What the store checks while it puts the parts together (AWS: CompleteMultipartUpload). */
function completionHeaders(
  service: Service,
  claims: UploadClaims,
): Readonly<Record<string, string>> {
  const { store } = locate(service, claims);
  const { noOverwrite, multipartChecksums } = store.provider;
  const isGuarded =
    noOverwrite?.trust === "enforced" && !policyOf(service, claims).isOverwriteAllowed;
  const { checksum } = claims;
  const isFullObject = checksum && multipartChecksums[checksum.algorithm] === "full-object";
  return {
    ...(isGuarded && { [noOverwrite.header]: noOverwrite.value }),
    ...(isFullObject && {
      [CHECKSUMS[checksum.algorithm].header]: checksum.value,
      "x-amz-checksum-type": "FULL_OBJECT",
    }),
  };
}
