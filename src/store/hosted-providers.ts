/** The rows of services. Facts and their sources: docs/providers.md. */
import type { Provider } from "./provider.ts";
import {
  ALL_ENFORCED,
  COMPATIBLE,
  ENFORCED,
  GiB,
  HOSTED,
  MULTIPART_CHECKSUMS,
  R2_LIMITS,
} from "./provider-defaults.ts";

export const HOSTED_PROVIDERS = {
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
} as const satisfies Readonly<Record<string, Provider>>;
