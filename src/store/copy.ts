/** Copies an object within its store, on the condition that it has one ETag (AWS: CopyObject, UploadPartCopy). */
import { abortMultipart, completeMultipart, createMultipart, type NamedPart } from "./multipart.ts";
import { findObject } from "./object.ts";
import { StoreUnavailable, sendToStore, unexpectedResponse, type StoreAccess } from "./request.ts";
import type { Copies } from "./provider.ts";
import type { ObjectLocation } from "./store.ts";
import { isDocument, readField } from "./xml.ts";

type Headers = Readonly<Record<string, string>>;

export interface Copy {
  readonly from: ObjectLocation;
  readonly to: ObjectLocation;
  /** Of the source, without quotes. */
  readonly etag: string;
  readonly size: number;
  /** Type, metadata and all else that the copy has: nothing is taken over from the source. */
  readonly headers: Headers;
  /** The source is a multipart upload, which no ticket can replace. */
  readonly isMultipart: boolean;
}

const GiB = 2 ** 30;
/** How long a copy may take: a store copies at least this many bytes in a second. */
const BYTES_PER_SECOND = 20e6;
const LEAST_SECONDS = 30;

/** Returns after how many milliseconds the copy of so many bytes is given up. */
export function copyTimeoutMs(size: number): number {
  return (LEAST_SECONDS + Math.min(size, 5 * GiB) / BYTES_PER_SECOND) * 1000;
}

/**
 * Copies the object. Throws `StoreUnavailable`, also where the source has another ETag. A store whose condition is
 * `unverified` may copy another object: the caller compares what the copy is.
 */
export async function copyObject(copy: Copy, access: StoreAccess): Promise<void> {
  const { copies } = copy.from.store.provider;
  if (!copies) throw new TypeError("Cannot copy the object: the store takes no condition");
  if (copy.size > copies.maxBytes) return copyParts(copy, copies, access);
  if (await copyAtOnce(copy, copies.headers, access)) return;
  await requireWrongCondition(copy, copies, access);
  if (!(await copyAtOnce(copy, [], access))) throw changed();
  await requireSource(copy, access);
}

/** Returns `false` where the store refuses the condition. */
async function copyAtOnce(
  { from, to, etag, size, headers }: Copy,
  conditions: readonly string[],
  access: StoreAccess,
): Promise<boolean> {
  const { tags } = from.store.provider;
  const all = {
    ...headers,
    ...sourceHeaders(from, etag, conditions),
    "x-amz-metadata-directive": "REPLACE",
    ...(tags && { "x-amz-tagging-directive": "REPLACE" }),
  };
  const timeoutMs = copyTimeoutMs(size);
  const request = { method: "PUT", headers: all, body: "", timeoutMs } as const;
  const response = await sendToStore(to, request, access);
  if (response.status === 412) return false;
  // A store may answer 200, work on, and report an error in the body (AWS: CopyObject).
  if (response.status === 200 && isDocument(response.text, "CopyObjectResult")) return true;
  throw unexpectedResponse("CopyObject", response);
}

async function copyParts(copy: Copy, copies: Copies, access: StoreAccess): Promise<void> {
  const { to, headers } = copy;
  if (!copies.partHeaders) throw new TypeError("Cannot copy the object: the store copies no parts");
  const uploadId = await createMultipart(to, headers, access);
  try {
    const parts = await copyEach(
      copy,
      { copies, uploadId, conditions: copies.partHeaders },
      access,
    );
    // The parts are only joined if they are all of one object.
    await requireSource(copy, access);
    const result = await completeMultipart(to, { uploadId, parts, headers: {} }, access);
    if (result !== "completed")
      throw new StoreUnavailable(`CompleteMultipartUpload of the copy ended with ${result}`);
  } catch (error) {
    await abortMultipart(to, uploadId, access).catch(() => undefined);
    throw error;
  }
}

interface PartCopies {
  readonly copies: Copies;
  readonly uploadId: string;
  readonly conditions: readonly string[];
}

/** One after the other: a Worker may have six open connections. */
async function copyEach(
  copy: Copy,
  { copies, uploadId, conditions }: PartCopies,
  access: StoreAccess,
): Promise<readonly NamedPart[]> {
  const { size, from } = copy;
  const partSize = partSizeOf(copies.maxBytes, size, from.store.provider.maxParts);
  const parts: NamedPart[] = [];
  let used = conditions;
  for (let start = 0; start < size; start += partSize) {
    const range = `bytes=${start}-${Math.min(start + partSize, size) - 1}`;
    const part = { uploadId, partNumber: parts.length + 1, range };
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    let etag = await copyPart(copy, { ...part, conditions: used }, access);
    if (etag === undefined) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await requireWrongCondition(copy, copies, access);
      used = [];
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      etag = await copyPart(copy, { ...part, conditions: used }, access);
    }
    if (etag === undefined) throw changed();
    parts.push({ partNumber: part.partNumber, etag });
  }
  return parts;
}

interface PartCopy {
  readonly uploadId: string;
  readonly partNumber: number;
  readonly range: string;
  readonly conditions: readonly string[];
}

/** Returns the ETag of the part; `undefined` where the store refuses the condition. */
async function copyPart(
  { from, to, etag }: Copy,
  { uploadId, partNumber, range, conditions }: PartCopy,
  access: StoreAccess,
): Promise<string | undefined> {
  const request = {
    method: "PUT",
    query: { partNumber: String(partNumber), uploadId },
    headers: { ...sourceHeaders(from, etag, conditions), "x-amz-copy-source-range": range },
    body: "",
    timeoutMs: copyTimeoutMs(GiB),
  } as const;
  const response = await sendToStore(to, request, access);
  if (response.status === 412) return undefined;
  const isCopied = response.status === 200 && isDocument(response.text, "CopyPartResult");
  const copied = isCopied ? readField(response.text, "ETag")?.replaceAll('"', "") : undefined;
  if (!copied) throw unexpectedResponse("UploadPartCopy", response);
  return copied;
}

/** Parts of one size but for the last one, as R2 wants them: of 1 GiB, or larger where that makes too many. */
function partSizeOf(maxBytes: number, size: number, maxParts: number): number {
  return Math.max(Math.min(GiB, maxBytes), Math.ceil(size / maxParts));
}

function sourceHeaders(
  { store, key }: ObjectLocation,
  etag: string,
  conditions: readonly string[],
): Headers {
  return {
    "x-amz-copy-source": `${store.bucket}/${key}`,
    ...Object.fromEntries(conditions.map((name) => [name, `"${etag}"`])),
  };
}

/**
 * Throws where the store was right to refuse the condition. Swift compares it with an ETag that it shows nobody, if
 * the source is a multipart upload, which no ticket can replace.
 */
async function requireWrongCondition(
  copy: Copy,
  { trust }: Copies,
  access: StoreAccess,
): Promise<void> {
  if (trust === "enforced" || !copy.isMultipart) throw changed();
  await requireSource(copy, access);
}

async function requireSource({ from, etag }: Copy, access: StoreAccess): Promise<void> {
  const source = await findObject(from, access);
  if (source?.etag !== etag) throw changed();
}

function changed(): StoreUnavailable {
  return new StoreUnavailable("The object was replaced while it was copied");
}
