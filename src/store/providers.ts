/** The table of providers. Facts and their sources: docs/providers.md. */
import { IF_NONE_MATCH, type Provider, type ProviderOption } from "./provider.ts";

const SEVEN_DAYS = 604_800;
const GiB = 2 ** 30;
const TiB = 2 ** 40;

const REGION: ProviderOption = {
  pattern: /^[a-z0-9-]{2,32}$/,
  expected: "a region name, such as us-east-1",
};
const ENDPOINT: ProviderOption = {
  pattern: /^(https:\/\/[a-z0-9.-]+|http:\/\/(localhost|127\.0\.0\.1))(:\d{1,5})?$/,
  expected:
    "an https origin without a path, such as https://s3.example.com (http on a loopback host only)",
};
const ENFORCED = { ...IF_NONE_MATCH, trust: "enforced" } as const;
const ALL_ENFORCED = {
  md5: "enforced",
  sha256: "enforced",
  crc32: "enforced",
  crc32c: "enforced",
  crc64nvme: "enforced",
} as const;

/** One checksum of the full object, and one that is composed of the parts' digests. */
const MULTIPART_CHECKSUMS = { crc64nvme: "full-object", sha256: "composite" } as const;

/** What is assumed of an unknown S3-compatible server. */
const COMPATIBLE = {
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
  tags: false,
  storageClasses: [],
  unsignedHeaders: "unverified",
  copyGuard: "none",
} as const satisfies Provider;

/** The same, without `x-amz-sdk-checksum-algorithm`. */
const HOSTED = { ...COMPATIBLE, needsSdkChecksumAlgorithm: false } as const satisfies Provider;

/** Cloudflare R2: limits and names (developers.cloudflare.com/r2/platform/limits). */
const R2_LIMITS = {
  maxPutBytes: 5 * GiB - 5 * 2 ** 20,
  maxObjectBytes: 5 * TiB - 5 * GiB,
  maxMetadataBytes: 8192,
} as const;

export const PROVIDERS = {
  aws: {
    ...HOSTED,
    title: "Amazon S3",
    endpoint: "https://s3.{region}.amazonaws.com",
    options: {
      region: {
        pattern: /^(?!cn-)[a-z]{2}(-[a-z]+){1,2}-[1-9]$/,
        expected:
          "an AWS region, such as ap-northeast-2 (for China use compatible with its endpoint)",
      },
    },
    addressing: "virtual-host",
    noOverwrite: ENFORCED,
    checksums: ALL_ENFORCED,
    multipartChecksums: MULTIPART_CHECKSUMS,
    unsignedHeaders: "refused",
    tags: true,
    storageClasses: [
      "STANDARD",
      "STANDARD_IA",
      "ONEZONE_IA",
      "INTELLIGENT_TIERING",
      "GLACIER_IR",
      "GLACIER",
      "DEEP_ARCHIVE",
      "REDUCED_REDUNDANCY",
    ],
  },
  r2: {
    ...HOSTED,
    ...R2_LIMITS,
    title: "Cloudflare R2",
    endpoint: "https://{account}.r2.cloudflarestorage.com",
    options: {
      account: { pattern: /^[0-9a-f]{32}$/, expected: "the account id, 32 hexadecimal digits" },
    },
    signingRegion: "auto",
    noOverwrite: ENFORCED,
    checksums: ALL_ENFORCED,
    multipartChecksums: MULTIPART_CHECKSUMS,
    storageClasses: ["STANDARD", "STANDARD_IA"],
  },
  /** With AWS4 signatures it overwrites silently, and ignores `x-amz-checksum-*`. */
  gcs: {
    ...HOSTED,
    title: "Google Cloud Storage",
    endpoint: "https://storage.googleapis.com",
    options: {},
    signingRegion: "auto",
    maxPutBytes: 5e12,
    maxMetadataBytes: 8192,
    noOverwrite: undefined,
    checksums: { md5: "unverified" },
    storageClasses: ["STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE"],
  },
  /** Answers 501 to If-None-Match and has refused `x-amz-checksum-*`. */
  b2: {
    ...HOSTED,
    title: "Backblaze B2",
    endpoint: "https://s3.{region}.backblazeb2.com",
    options: {
      region: { pattern: /^[a-z]{2}-[a-z]+-\d{3}$/, expected: "a B2 region, such as us-west-004" },
    },
    maxPutBytes: 5e9,
    noOverwrite: undefined,
    checksums: { md5: "unverified" },
  },
  wasabi: {
    ...HOSTED,
    title: "Wasabi",
    endpoint: "https://s3.{region}.wasabisys.com",
    options: {
      region: {
        pattern: /^[a-z]{2}-[a-z]+-\d$/,
        expected: "a Wasabi region, such as eu-central-2",
      },
    },
    maxPutBytes: 5e9,
    noOverwrite: undefined,
  },
  spaces: {
    ...HOSTED,
    title: "DigitalOcean Spaces",
    endpoint: "https://{region}.digitaloceanspaces.com",
    options: { region: { pattern: /^[a-z]{3}\d$/, expected: "a Spaces region, such as fra1" } },
    maxPutBytes: 5e9,
    noOverwrite: ENFORCED,
  },
  tigris: {
    ...HOSTED,
    title: "Tigris",
    endpoint: "https://t3.storage.dev",
    options: {},
    signingRegion: "auto",
    maxExpiresInSeconds: 90 * 86_400,
    noOverwrite: ENFORCED,
    storageClasses: ["STANDARD", "STANDARD_IA", "GLACIER", "GLACIER_IR"],
  },
  hetzner: {
    ...COMPATIBLE,
    title: "Hetzner Object Storage",
    endpoint: "https://{region}.your-objectstorage.com",
    options: { region: { pattern: /^(fsn1|nbg1|hel1)$/, expected: "fsn1, nbg1 or hel1" } },
  },
  scaleway: {
    ...HOSTED,
    title: "Scaleway Object Storage",
    endpoint: "https://s3.{region}.scw.cloud",
    options: {
      region: { pattern: /^(fr-par|nl-ams|pl-waw)$/, expected: "fr-par, nl-ams or pl-waw" },
    },
    maxParts: 1000,
    maxObjectBytes: 1000 * 5 * GiB,
    storageClasses: ["STANDARD", "ONEZONE_IA", "GLACIER"],
  },
  minio: {
    ...HOSTED,
    title: "MinIO",
    noOverwrite: ENFORCED,
    checksums: { ...COMPATIBLE.checksums, crc32: "enforced" },
    tags: true,
    storageClasses: ["STANDARD", "REDUCED_REDUNDANCY"],
  },
  /** Checks checksums from version 20 on, and only with `x-amz-sdk-checksum-algorithm`. */
  ceph: {
    ...COMPATIBLE,
    title: "Ceph RGW",
    noOverwrite: ENFORCED,
    tags: true,
    storageClasses: ["STANDARD"],
  },
  compatible: COMPATIBLE,
  /** Verifies signatures and ignores `x-amz-checksum-*`; turns a PUT with an added copy source into a copy. */
  local: {
    ...HOSTED,
    ...R2_LIMITS,
    title: "the embedded store of Wrangler",
    endpoint: "request",
    options: {},
    signingRegion: "auto",
    noOverwrite: ENFORCED,
    checksums: {
      md5: "enforced",
      sha256: "ignored",
      crc32: "ignored",
      crc32c: "ignored",
      crc64nvme: "ignored",
    },
    unsignedHeaders: "accepted",
    copyGuard: "signed-empty",
  },
} as const satisfies Readonly<Record<string, Provider>>;

export type ProviderName = keyof typeof PROVIDERS;
