/** What the rows of providers share. */
import { IF_NONE_MATCH, type Copies, type Provider, type ProviderOption } from "./provider.ts";

const SEVEN_DAYS = 604_800;
export const GiB = 2 ** 30;
export const TiB = 2 ** 40;

const REGION: ProviderOption = {
  pattern: /^[a-z0-9-]{2,32}$/,
  expected: "a region name, such as us-east-1",
};
const ENDPOINT: ProviderOption = {
  pattern: /^(https:\/\/[a-z0-9.-]+|http:\/\/(localhost|127\.0\.0\.1))(:\d{1,5})?$/,
  expected:
    "an https origin without a path, such as https://s3.example.com (http on a loopback host only)",
};
/** Returns the option of a service with regions of its own. */
export const regionOf = (service: string, example: string): ProviderOption => ({
  pattern: REGION.pattern,
  expected: `a region of ${service}, such as ${example}`,
});
export const ENFORCED = { ...IF_NONE_MATCH, trust: "enforced" } as const;
export const ALL_ENFORCED = {
  md5: "enforced",
  sha256: "enforced",
  crc32: "enforced",
  crc32c: "enforced",
  crc64nvme: "enforced",
} as const;

/** The shortest life that AssumeRole gives (AWS STS API: DurationSeconds). */
export const STS_MIN_SECONDS = 900;

/** One checksum of the full object, and one that is composed of the parts' digests. */
export const MULTIPART_CHECKSUMS = { crc64nvme: "full-object", sha256: "composite" } as const;

const IF_MATCH = ["x-amz-copy-source-if-match"];
/** A copy as AWS documents it, where no refusal was seen. */
export const COPIES: Copies = {
  trust: "unverified",
  headers: IF_MATCH,
  maxBytes: 5 * GiB,
  partHeaders: IF_MATCH,
};
export const ENFORCED_COPIES: Copies = { ...COPIES, trust: "enforced" };
/** R2 has no conditions for the copy of a part. */
export const R2_COPIES: Copies = { ...ENFORCED_COPIES, partHeaders: [] };
/** Before version 17, Ceph takes the condition under a name of its own alone, and none for a part. It copies any size at once. */
export const CEPH_COPIES: Copies = {
  ...ENFORCED_COPIES,
  headers: [...IF_MATCH, "x-amz-copy-if-match"],
  maxBytes: 5 * TiB,
};

/** What is assumed of an unknown S3-compatible server. */
export const COMPATIBLE = {
  title: "an S3-compatible server",
  options: { endpoint: ENDPOINT, region: REGION },
  addressing: "path",
  maxExpiresInSeconds: SEVEN_DAYS,
  maxPutBytes: 5 * GiB,
  maxObjectBytes: 5 * TiB,
  maxParts: 10_000,
  multipartChecksums: {},
  maxMetadataBytes: 2048,
  noOverwrite: { ...IF_NONE_MATCH, trust: "unverified" },
  checksums: {
    md5: "enforced",
    sha256: "unverified",
    crc32: "unverified",
    crc32c: "unverified",
    crc64nvme: "unverified",
  },
  needsSdkChecksumAlgorithm: true,
  copies: COPIES,
  tags: false,
  postForms: false,
  storageClasses: [],
  unsignedHeaders: "unverified",
  copyGuard: "none",
} as const satisfies Provider;

/** A store of which no test is known: nothing is expected of it until `doctor` has measured it. */
export const UNMEASURED = {
  ...COMPATIBLE,
  checksums: { ...COMPATIBLE.checksums, md5: "unverified" },
} as const satisfies Provider;

/** `COMPATIBLE` without `x-amz-sdk-checksum-algorithm`. */
export const HOSTED = {
  ...COMPATIBLE,
  needsSdkChecksumAlgorithm: false,
} as const satisfies Provider;

/** Cloudflare R2: limits and names (developers.cloudflare.com/r2/platform/limits). */
export const R2_LIMITS = {
  maxPutBytes: 5 * GiB - 5 * 2 ** 20,
  maxObjectBytes: 5 * TiB - 5 * GiB,
  maxMetadataBytes: 8192,
} as const;
