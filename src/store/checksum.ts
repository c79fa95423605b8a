/** Checksums of a whole object, as S3 names them: always signed headers, never in the query. */

import * as z from "zod/mini";
import { lazy } from "../lazy.ts";

/** Header, digest length in bytes, and the name that `x-amz-sdk-checksum-algorithm` takes. */
export const CHECKSUMS = {
  md5: { header: "content-md5", bytes: 16, sdkName: undefined },
  sha256: { header: "x-amz-checksum-sha256", bytes: 32, sdkName: "SHA256" },
  crc32: { header: "x-amz-checksum-crc32", bytes: 4, sdkName: "CRC32" },
  crc32c: { header: "x-amz-checksum-crc32c", bytes: 4, sdkName: "CRC32C" },
  crc64nvme: { header: "x-amz-checksum-crc64nvme", bytes: 8, sdkName: "CRC64NVME" },
} as const;

export type ChecksumAlgorithm = keyof typeof CHECKSUMS;

export const CHECKSUM_ALGORITHMS = [
  "md5",
  "sha256",
  "crc32",
  "crc32c",
  "crc64nvme",
] as const satisfies readonly ChecksumAlgorithm[];

/** A digest, big-endian, in base64 with padding (RFC 4648 section 4). */
export const checksumSchema = lazy(() =>
  z.strictObject({
    algorithm: z.enum(CHECKSUM_ALGORITHMS),
    value: z.string(),
  }),
);
export type Checksum = Readonly<z.output<ReturnType<typeof checksumSchema>>>;

/** Returns whether `value` is exactly one digest: canonical base64 of the algorithm's length. */
export function isDigest({ algorithm, value }: Checksum): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value) || value.length % 4 !== 0) return false;
  const digest = atob(value);
  return digest.length === CHECKSUMS[algorithm].bytes && btoa(digest) === value;
}
