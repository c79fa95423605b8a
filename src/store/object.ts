/** Objects as the Worker sees them: is it there, and take it away. */
import { CHECKSUMS, CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from "./checksum.ts";
import { StoreUnavailable, askStore, refusalOf, type Asking, type Location } from "./request.ts";

/** An object as a HEAD shows it (AWS: HeadObject). */
export interface Found {
  readonly size: number;
  readonly contentType: string;
  /** Without quotes. */
  readonly etag: string;
  /** The ETag is the MD5 of the object: not so with a key of KMS or of the customer, nor for parts. */
  readonly isEtagMd5: boolean;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  /** As the headers have it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The object, or `undefined` where there is none. Throws `StoreUnavailable`. */
export async function headObject(location: Location, asking: Asking): Promise<Found | undefined> {
  const headers = { "x-amz-checksum-mode": "ENABLED" };
  const answer = await askStore(location, { method: "HEAD", headers }, asking);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refusalOf("HEAD", answer);
  return readFound(answer.headers);
}

/** Whether the object is gone; `false` where these credentials may not delete. Throws `StoreUnavailable`. */
export async function deleteObject(location: Location, asking: Asking): Promise<boolean> {
  const answer = await askStore(location, { method: "DELETE" }, asking);
  if (answer.status === 204 || answer.status === 200 || answer.status === 404) return true;
  if (answer.status === 401 || answer.status === 403) return false;
  throw refusalOf("DELETE", answer);
}

function readFound(headers: Headers): Found {
  const size = Number(headers.get("content-length") ?? Number.NaN);
  if (!Number.isSafeInteger(size)) throw new StoreUnavailable("HEAD told no length");
  const etag = (headers.get("etag") ?? "").replaceAll('"', "");
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
