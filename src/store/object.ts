/** HeadObject, DeleteObject and the one PutObject that the Worker sends. */
import { CHECKSUMS, CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from "./checksum.ts";
import {
  StoreUnavailable,
  readEtag,
  sendToStore,
  unexpectedResponse,
  type StoreAccess,
} from "./request.ts";
import type { ObjectLocation } from "./store.ts";

/** An object's headers (AWS: HeadObject). */
export interface StoredObject {
  readonly size: number;
  readonly contentType: string;
  /** Without quotes. */
  readonly etag: string;
  /** The ETag is the MD5 of the object: not so with KMS or customer keys, nor for multipart uploads. */
  readonly isEtagMd5: boolean;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  /** Names without `x-amz-meta-`, values as the headers have them. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The metadata of the empty object under the key of an aborted upload. */
const ABORTED = { name: "edge-presigner", value: "aborted" } as const;

/**
 * Puts an empty object, whatever is there: a PUT with `if-none-match: *` is refused from then on, also
 * one that is under way. Returns whether the store has it. Throws `StoreUnavailable`.
 */
export async function putAbortMark(
  location: ObjectLocation,
  access: StoreAccess,
): Promise<boolean> {
  const headers = { [`x-amz-meta-${ABORTED.name}`]: ABORTED.value };
  const response = await sendToStore(location, { method: "PUT", headers, body: "" }, access);
  return response.status === 200 && response.headers.has("etag");
}

/** Returns whether the object is the empty one of an aborted upload. A client's file with that metadata is not empty. */
export function isAbortMark({ size, metadata }: StoredObject): boolean {
  return size === 0 && metadata[ABORTED.name] === ABORTED.value;
}

/** Returns the object, or `undefined` where there is none, or only an abort mark. Throws `StoreUnavailable`. */
export async function headObject(
  location: ObjectLocation,
  access: StoreAccess,
): Promise<StoredObject | undefined> {
  const object = await findObject(location, access);
  return object && isAbortMark(object) ? undefined : object;
}

/** Returns whatever is under the key. Throws `StoreUnavailable`. */
export async function findObject(
  location: ObjectLocation,
  access: StoreAccess,
): Promise<StoredObject | undefined> {
  const headers = { "x-amz-checksum-mode": "ENABLED" };
  const response = await sendToStore(location, { method: "HEAD", headers }, access);
  if (response.status === 404) return undefined;
  if (response.status !== 200) throw unexpectedResponse("HEAD", response);
  return readObject(response.headers);
}

/** Returns whether the object is deleted; `false` where these credentials may not. Throws `StoreUnavailable`. */
export async function deleteObject(
  location: ObjectLocation,
  access: StoreAccess,
): Promise<boolean> {
  const response = await sendToStore(location, { method: "DELETE" }, access);
  if (response.status === 204 || response.status === 200 || response.status === 404) return true;
  if (response.status === 401 || response.status === 403) return false;
  throw unexpectedResponse("DELETE", response);
}

function readObject(headers: Headers): StoredObject {
  const length = headers.get("content-length") ?? "";
  const etag = readEtag(headers);
  // Every S3 object has both. Without them it is the page of a proxy, and no reason to reject an upload.
  if (!/^\d{1,15}$/.test(length) || etag === "")
    throw new StoreUnavailable("HEAD returned no length or ETag");
  const size = Number(length);
  const encryption = headers.get("x-amz-server-side-encryption");
  const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = headers.get(CHECKSUMS[algorithm].header);
    if (value !== null) checksums[algorithm] = value;
  }
  const metadata: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (name.startsWith("x-amz-meta-")) metadata[name.slice("x-amz-meta-".length)] = value;
  }
  return {
    size,
    contentType: headers.get("content-type") ?? "",
    etag,
    isEtagMd5:
      /^[0-9a-f]{32}$/.test(etag) &&
      (encryption === null || encryption === "AES256") &&
      !headers.has("x-amz-server-side-encryption-customer-algorithm"),
    checksums,
    metadata,
  };
}
