/** Multipart uploads as the Worker drives them (AWS: "Uploading and copying objects using multipart upload"). */
import { StoreUnavailable, askStore, refusalOf, type Asking, type Location } from "./request.ts";
import { escapeXml, isDocument, readBlocks, readField, readNumber } from "./xml.ts";

/** A part that the store has. */
export interface StoredPart {
  readonly partNumber: number;
  /** As the store writes it, without quotes. */
  readonly etag: string;
  readonly size: number;
  /** Its SHA-256 in base64, where the upload was begun with that. */
  readonly sha256?: string;
}

/** A part as completion names it: with its ETag alone where the store cannot list. */
export type NamedPart = Pick<StoredPart, "partNumber" | "etag" | "sha256">;

/**
 * `gone`: the store knows no such upload (any more). `missing`: it lacks a part that was named.
 * `differs`: the parts do not make the checksum. `exists`: there is an object under the key.
 */
export type Completion = "completed" | "gone" | "missing" | "differs" | "exists";

const MAX_PARTS = 10_000;
const PAGE = 1000;
/** A store may give less than it is asked for; the free plan allows 50 requests. */
const MAX_PAGES = 40;

/** Begins one: the store's `uploadId`. Throws `StoreUnavailable`. */
export async function createMultipart(
  location: Location,
  headers: Readonly<Record<string, string>>,
  asking: Asking,
): Promise<string> {
  const answer = await askStore(
    location,
    { method: "POST", query: { uploads: "" }, headers },
    asking,
  );
  const isWhole = answer.status === 200 && isDocument(answer.text, "InitiateMultipartUploadResult");
  const uploadId = isWhole ? readField(answer.text, "UploadId") : undefined;
  if (uploadId === undefined || !/^[\x21-\x7e]{1,1024}$/.test(uploadId))
    throw refusalOf("CreateMultipartUpload", answer);
  return uploadId;
}

/** The parts that are there; `undefined` where this store cannot list; `"gone"`. Throws `StoreUnavailable`. */
export async function listParts(
  location: Location,
  uploadId: string,
  asking: Asking,
): Promise<readonly StoredPart[] | "gone" | undefined> {
  const parts: StoredPart[] = [];
  let after = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const marker = after > 0 ? { "part-number-marker": String(after) } : {};
    const query = { uploadId, "max-parts": String(PAGE), ...marker };
    // oxlint-disable-next-line no-await-in-loop -- each page begins where the last one ended
    const answer = await askStore(location, { method: "GET", query }, asking);
    if (answer.status === 501) return undefined;
    if (answer.status === 404) return "gone";
    if (answer.status !== 200 || !isDocument(answer.text, "ListPartsResult"))
      throw refusalOf("ListParts", answer);
    parts.push(...readBlocks(answer.text, "Part").map(readPart));
    if (parts.length > MAX_PARTS) break;
    if (readField(answer.text, "IsTruncated") !== "true") return parts;
    const next = readNumber(answer.text, "NextPartNumberMarker") ?? 0;
    if (next <= after || next > MAX_PARTS) break;
    after = next;
  }
  throw new StoreUnavailable("ListParts does not end");
}

/** Puts the parts together. Throws `StoreUnavailable`. */
export async function completeMultipart(
  location: Location,
  {
    uploadId,
    parts,
    headers,
  }: {
    readonly uploadId: string;
    readonly parts: readonly NamedPart[];
    readonly headers: Readonly<Record<string, string>>;
  },
  asking: Asking,
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
  const answer = await askStore(location, request, asking);
  // A store may say 200, work on, and then tell of a failure in the body.
  const code = readField(answer.text, "Code");
  if (
    answer.status === 200 &&
    code === undefined &&
    isDocument(answer.text, "CompleteMultipartUploadResult")
  )
    return "completed";
  if (answer.status === 412 || code === "PreconditionFailed") return "exists";
  if (code === "InvalidPart" || code === "InvalidPartOrder" || code === "EntityTooSmall")
    return "missing";
  if (code === "BadDigest" || code === "InvalidDigest") return "differs";
  if (answer.status === 404 || code === "NoSuchUpload") return "gone";
  throw refusalOf("CompleteMultipartUpload", answer);
}

/** Forgets the parts. One that is gone is none to forget. Throws `StoreUnavailable`. */
export async function abortMultipart(
  location: Location,
  uploadId: string,
  asking: Asking,
): Promise<void> {
  const answer = await askStore(location, { method: "DELETE", query: { uploadId } }, asking);
  if (answer.status !== 204 && answer.status !== 200 && answer.status !== 404)
    throw refusalOf("AbortMultipartUpload", answer);
}

function readPart(block: string): StoredPart {
  const partNumber = readNumber(block, "PartNumber") ?? 0;
  const size = readNumber(block, "Size");
  const etag = readField(block, "ETag")?.replaceAll('"', "");
  const sha256 = readField(block, "ChecksumSHA256");
  if (partNumber < 1 || size === undefined || etag === undefined) {
    throw new StoreUnavailable("ListParts told a part that is none");
  }
  return { partNumber, size, etag, ...(sha256 !== undefined && { sha256 }) };
}
