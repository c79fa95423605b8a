/** The multipart requests that the Worker sends (AWS: "Uploading and copying objects using multipart upload"). */
import { StoreUnavailable, sendToStore, unexpectedResponse, type StoreAccess } from "./request.ts";
import type { ObjectLocation } from "./store.ts";
import { escapeXml, isDocument, readBlocks, readField, readNumber } from "./xml.ts";

/** A part in the store. */
export interface StoredPart {
  readonly partNumber: number;
  /** Without quotes. */
  readonly etag: string;
  readonly size: number;
  /** Its SHA-256 in base64, for an upload created with that algorithm. */
  readonly sha256?: string;
}

/** A part in CompleteMultipartUpload. */
export type NamedPart = Pick<StoredPart, "partNumber" | "etag" | "sha256">;

/**
 * `not-found`: the store has no such upload, or no longer. `part-missing`: a named part is not in the
 * store. `checksum-differs`: the parts have another checksum. `key-exists`: the key has an object.
 */
export type Completion =
  | "completed"
  | "not-found"
  | "part-missing"
  | "checksum-differs"
  | "key-exists";

const MAX_LISTED_PARTS = 10_000;
const PAGE = 1000;
/** A store may return shorter pages; the free plan of Workers allows 50 requests. */
const MAX_PAGES = 40;

/** Creates a multipart upload and returns the store's `uploadId`. Throws `StoreUnavailable`. */
export async function createMultipart(
  location: ObjectLocation,
  headers: Readonly<Record<string, string>>,
  access: StoreAccess,
): Promise<string> {
  const response = await sendToStore(
    location,
    { method: "POST", query: { uploads: "" }, headers },
    access,
  );
  const isCreated =
    response.status === 200 && isDocument(response.text, "InitiateMultipartUploadResult");
  const uploadId = isCreated ? readField(response.text, "UploadId") : undefined;
  if (uploadId === undefined || !/^[\x21-\x7e]{1,1024}$/.test(uploadId))
    throw unexpectedResponse("CreateMultipartUpload", response);
  return uploadId;
}

/** Returns the parts in the store; `undefined` where the store cannot list. Throws `StoreUnavailable`. */
export async function listParts(
  location: ObjectLocation,
  uploadId: string,
  access: StoreAccess,
): Promise<readonly StoredPart[] | "not-found" | undefined> {
  const parts: StoredPart[] = [];
  let after = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const marker = after > 0 ? { "part-number-marker": String(after) } : {};
    const query = { uploadId, "max-parts": String(PAGE), ...marker };
    // oxlint-disable-next-line no-await-in-loop -- each page starts where the last one ended
    const response = await sendToStore(location, { method: "GET", query }, access);
    if (response.status === 501) return undefined;
    if (response.status === 404) return "not-found";
    if (response.status !== 200 || !isDocument(response.text, "ListPartsResult"))
      throw unexpectedResponse("ListParts", response);
    parts.push(...readBlocks(response.text, "Part").map(readPart));
    if (parts.length > MAX_LISTED_PARTS) break;
    if (readField(response.text, "IsTruncated") !== "true") return parts;
    const next = readNumber(response.text, "NextPartNumberMarker") ?? 0;
    if (next <= after || next > MAX_LISTED_PARTS) break;
    after = next;
  }
  throw new StoreUnavailable("ListParts returned too many pages");
}

/** Completes a multipart upload. Throws `StoreUnavailable`. */
export async function completeMultipart(
  location: ObjectLocation,
  {
    uploadId,
    parts,
    headers,
  }: {
    readonly uploadId: string;
    readonly parts: readonly NamedPart[];
    readonly headers: Readonly<Record<string, string>>;
  },
  access: StoreAccess,
): Promise<Completion> {
  const listed = parts.map(({ partNumber, etag, sha256 }) => {
    const checksum =
      sha256 === undefined ? "" : `<ChecksumSHA256>${escapeXml(sha256)}</ChecksumSHA256>`;
    return `<Part><PartNumber>${partNumber}</PartNumber><ETag>"${escapeXml(etag)}"</ETag>${checksum}</Part>`;
  });
  const body = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${listed.join("")}</CompleteMultipartUpload>`;
  const request = {
    method: "POST",
    query: { uploadId },
    headers: { ...headers, "content-type": "application/xml" },
    body,
  } as const;
  const response = await sendToStore(location, request, access);
  // A store may answer 200, work on, and report an error in the body (AWS: CompleteMultipartUpload).
  const code = readField(response.text, "Code");
  if (
    response.status === 200 &&
    code === undefined &&
    isDocument(response.text, "CompleteMultipartUploadResult")
  )
    return "completed";
  if (response.status === 412 || code === "PreconditionFailed") return "key-exists";
  if (code === "InvalidPart" || code === "InvalidPartOrder" || code === "EntityTooSmall")
    return "part-missing";
  if (code === "BadDigest" || code === "InvalidDigest") return "checksum-differs";
  if (response.status === 404 || code === "NoSuchUpload") return "not-found";
  throw unexpectedResponse("CompleteMultipartUpload", response);
}

/** Aborts a multipart upload. Returns `false` where the store has none. Throws `StoreUnavailable`. */
export async function abortMultipart(
  location: ObjectLocation,
  uploadId: string,
  access: StoreAccess,
): Promise<boolean> {
  const response = await sendToStore(location, { method: "DELETE", query: { uploadId } }, access);
  if (response.status === 404) return false;
  if (response.status === 204 || response.status === 200) return true;
  throw unexpectedResponse("AbortMultipartUpload", response);
}

function readPart(block: string): StoredPart {
  const partNumber = readNumber(block, "PartNumber") ?? 0;
  const size = readNumber(block, "Size");
  const etag = readField(block, "ETag")?.replaceAll('"', "");
  const sha256 = readField(block, "ChecksumSHA256");
  if (partNumber < 1 || size === undefined || etag === undefined) {
    throw new StoreUnavailable("ListParts returned a part without a number, size or ETag");
  }
  return { partNumber, size, etag, ...(sha256 !== undefined && { sha256 }) };
}
