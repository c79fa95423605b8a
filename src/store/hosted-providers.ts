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
  regionOf,
  TiB,
  UNMEASURED,
} from "./provider-defaults.ts";

export const HOSTED_PROVIDERS = {
  aws: {
    ...HOSTED,
    title: "Amazon S3",
    endpoint: "https://s3.{region}.amazonaws.com{china}",
    options: {
      region: {
        pattern: /^[a-z]{2}(-[a-z]+){1,2}-[1-9]$/,
        expected: "an AWS region, such as ap-northeast-2",
      },
    },
    addressing: "virtual-host",
    noOverwrite: ENFORCED,
    checksums: ALL_ENFORCED,
    multipartChecksums: MULTIPART_CHECKSUMS,
    unsignedHeaders: "refused",
    tags: true,
    postForms: true,
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
  /** With AWS4 signatures it overwrites silently, and ignores `x-amz-checksum-*`. Its forms have fields of their own. */
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
    postForms: true,
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
    postForms: true,
    storageClasses: ["STANDARD", "ONEZONE_IA", "GLACIER"],
  },
  ovh: {
    ...UNMEASURED,
    title: "OVHcloud Object Storage",
    endpoint: "https://s3.{region}.io.cloud.ovh.net",
    options: { region: regionOf("OVHcloud", "gra") },
  },
  /** Its documentation says that SDKs which send `x-amz-checksum-*` fail. */
  linode: {
    ...UNMEASURED,
    title: "Akamai (Linode) Object Storage",
    endpoint: "https://{region}.linodeobjects.com",
    options: { region: regionOf("Linode", "eu-central-1") },
    checksums: { md5: "unverified" },
    needsSdkChecksumAlgorithm: false,
  },
  vultr: {
    ...UNMEASURED,
    title: "Vultr Object Storage",
    endpoint: "https://{region}.vultrobjects.com",
    options: { region: regionOf("Vultr", "ewr1") },
  },
  exoscale: {
    ...UNMEASURED,
    title: "Exoscale Object Storage",
    endpoint: "https://sos-{region}.exo.io",
    options: { region: regionOf("Exoscale", "ch-gva-2") },
    maxObjectBytes: 4 * TiB,
  },
  /** Its dashboard shows the endpoint of an account and region. */
  idrive: { ...UNMEASURED, title: "IDrive e2" },
  /** Ignores the region. */
  storj: {
    ...UNMEASURED,
    title: "Storj",
    endpoint: "https://gateway.storjshare.io",
    options: {},
    signingRegion: "us-east-1",
  },
  oci: {
    ...UNMEASURED,
    title: "Oracle Cloud Object Storage",
    endpoint: "https://{account}.compat.objectstorage.{region}.oci.customer-oci.com",
    options: {
      account: { pattern: /^[a-z0-9][a-z0-9-]{0,62}$/, expected: "the namespace of the tenancy" },
      region: regionOf("Oracle Cloud", "eu-frankfurt-1"),
    },
  },
  ibm: {
    ...UNMEASURED,
    title: "IBM Cloud Object Storage",
    endpoint: "https://s3.{region}.cloud-object-storage.appdomain.cloud",
    options: { region: regionOf("IBM Cloud", "us-south") },
  },
  /** Keeps objects by a header of its own. */
  alibaba: {
    ...UNMEASURED,
    title: "Alibaba Cloud OSS",
    endpoint: "https://s3.oss-{region}.aliyuncs.com",
    options: { region: regionOf("Alibaba Cloud", "ap-southeast-1") },
    addressing: "virtual-host",
    isVirtualHostOnly: true,
    noOverwrite: { header: "x-oss-forbid-overwrite", value: "true", trust: "unverified" },
  },
  tencent: {
    ...UNMEASURED,
    title: "Tencent Cloud COS",
    endpoint: "https://cos.{region}.myqcloud.com",
    options: { region: regionOf("Tencent Cloud", "ap-singapore") },
    addressing: "virtual-host",
  },
  /** Its documentation says that it supports no Content-MD5. */
  supabaseStorage: {
    ...UNMEASURED,
    title: "Supabase Storage",
    endpoint: "https://{account}.supabase.co/storage/v1/s3",
    options: {
      account: { pattern: /^[a-z0-9]{20}$/, expected: "the reference of the project, 20 letters" },
      region: regionOf("Supabase", "eu-central-1"),
    },
    checksums: {},
    needsSdkChecksumAlgorithm: false,
  },
} as const satisfies Readonly<Record<string, Provider>>;
