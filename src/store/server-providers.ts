/** The rows of servers that one runs oneself. Facts and their sources: docs/providers.md. */
import type { Provider } from "./provider.ts";
import {
  CEPH_COPIES,
  COMPATIBLE,
  ENFORCED,
  HOSTED,
  R2_COPIES,
  R2_LIMITS,
  STS_MIN_SECONDS,
  UNMEASURED,
} from "./provider-defaults.ts";

export const SERVER_PROVIDERS = {
  minio: {
    ...HOSTED,
    title: "MinIO",
    noOverwrite: ENFORCED,
    checksums: { ...COMPATIBLE.checksums, crc32: "enforced" },
    tags: true,
    postForms: true,
    storageClasses: ["STANDARD", "REDUCED_REDUNDANCY"],
    /** Reads no role: the credentials have the rights of the parent pair, less what the session policy leaves out. */
    scopedCredentials: {
      kind: "sts",
      trust: "unverified",
      minSeconds: STS_MIN_SECONDS,
      role: "none",
    },
  },
  /** Checks checksums from version 20 on, and only with `x-amz-sdk-checksum-algorithm`. */
  ceph: {
    ...COMPATIBLE,
    title: "Ceph RGW",
    noOverwrite: ENFORCED,
    copies: CEPH_COPIES,
    tags: true,
    postForms: true,
    storageClasses: ["STANDARD"],
    scopedCredentials: {
      kind: "sts",
      trust: "enforced",
      minSeconds: STS_MIN_SECONDS,
      role: "required",
    },
  },
  garage: { ...UNMEASURED, title: "Garage" },
  seaweedfs: { ...UNMEASURED, title: "SeaweedFS" },
  rustfs: { ...UNMEASURED, title: "RustFS" },
  /** Its answers to multipart uploads have other names than those of AWS: they cannot be started. */
  rclone: { ...UNMEASURED, title: "rclone serve s3" },
  compatible: COMPATIBLE,
  /** Verifies signatures, has no POST forms and ignores `x-amz-checksum-*`; turns a PUT with an added copy source into a copy. */
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
    copies: R2_COPIES,
    unsignedHeaders: "accepted",
    copyGuard: "signed-empty",
  },
} as const satisfies Readonly<Record<string, Provider>>;
