/** What to know about the keys and rules of each provider, beyond the documentation of AWS. */
import type { ProviderName } from "../../src/store/providers.ts";

export interface Advice {
  /** Whether its keys accept IAM policies. If not, `writer` and `reader` describe which keys to create. */
  readonly hasPolicies: boolean;
  /** Whether its writing key can always read too, so that a reading key adds little. */
  readonly isReaderOptional: boolean;
  readonly writer: string;
  readonly reader: string;
  /** The reading key in place of `reader`, if a policy has quarantine. */
  readonly promoter?: string;
  /** What to know before you rely on a rule. */
  readonly cors?: string;
  readonly lifecycle?: string;
  readonly bucketPolicy?: string;
}

const NOT_TESTED = "From its documentation, not tested.";
const UNTESTED = "Not tested: compare it with its documentation.";
const AWS_FORM = {
  hasPolicies: true,
  isReaderOptional: false,
  writer: "Create a key with only this policy.",
  reader: "Create a second key with this policy. Without it, the writing key would have to read.",
} as const;

const UNKNOWN = {
  ...AWS_FORM,
  writer:
    "Create a key with this policy, if the server supports IAM policies. If not, do not keep anything in the bucket that an uploader must not see.",
} as const;
const OWN_PERMISSIONS = {
  hasPolicies: false,
  isReaderOptional: false,
  reader: `Create a second key that can only read. Add the right to delete if objects have to be deleted. ${UNTESTED}`,
} as const;

export const ADVICE = {
  aws: {
    ...AWS_FORM,
    writer:
      "Create an IAM user with only this policy. If a KMS key encrypts the bucket, add kms:GenerateDataKey on that key, and kms:Decrypt for multipart uploads.",
    reader:
      "Create a second IAM user with this policy. If a KMS key encrypts the bucket, add kms:Decrypt on that key, and kms:GenerateDataKey with quarantine. If complete answers 502 for a missing file, remove the Condition.",
    bucketPolicy:
      "It applies to everybody who writes to these object keys, also to your backend: write copies, or uploads with longer expiry, to other keys. The command replaces the current policy of the bucket: add its statements to the file first.",
  },
  r2: {
    hasPolicies: false,
    isReaderOptional: true,
    writer:
      'Create an API token "Object Read & Write" for only this bucket (dashboard: R2, Manage API tokens; permission group Workers R2 Storage Bucket Item Write). R2 has no write-only token: this one can also read, list and delete. Do not keep anything in the bucket that an uploader must not see.',
    reader:
      'Optional, because the first token can read: create a token "Object Read only" for this bucket. If it leaks, nobody can change objects with it. Objects are still deleted with the first token.',
    promoter:
      'Create a second token "Object Read & Write" for this bucket: it promotes files out of quarantine. R2 has no token that writes under one prefix only: keep both secret in the same way.',
    cors: '--apply needs an API token "Admin Read & Write". Wrangler needs a login.',
    lifecycle:
      "Every new R2 bucket has a rule of 7 days, and of two rules the earlier one applies. If uploads can be resumed for longer, find that rule with npx wrangler r2 bucket lifecycle list and remove it.",
  },
  gcs: {
    hasPolicies: false,
    isReaderOptional: false,
    writer: `Create an HMAC key of a service account with the role Storage Object Creator (roles/storage.objectCreator) on this bucket. It cannot read or replace objects: with more permissions, Google allows these tickets to replace objects. ${NOT_TESTED}`,
    reader: `Create an HMAC key of a second service account with Storage Object Viewer (roles/storage.objectViewer). Add storage.objects.delete if objects have to be deleted. ${NOT_TESTED}`,
    cors: "Google has another format for these rules: --apply cannot set them.",
  },
  b2: {
    hasPolicies: false,
    isReaderOptional: false,
    writer: `Create an application key for this bucket and prefix with the capability writeFiles. Add listAllBucketNames if a tool needs it. The master key does not work with S3. ${NOT_TESTED}`,
    reader: `Create a second key with readFiles and listFiles. Add deleteFiles and writeFiles if objects have to be deleted. ${NOT_TESTED}`,
  },
  wasabi: {
    ...AWS_FORM,
    writer: `${AWS_FORM.writer} Wasabi accepts IAM policies, but it is not known which conditions it supports.`,
  },
  spaces: {
    hasPolicies: false,
    isReaderOptional: true,
    writer: `Create a key for only this bucket with the permission readwrite: Spaces has no write-only permission. Do not keep anything in the bucket that an uploader must not see. ${NOT_TESTED}`,
    reader: `Optional: create a second key with the permission read. ${NOT_TESTED}`,
  },
  tigris: {
    ...AWS_FORM,
    writer: `${AWS_FORM.writer} Tigris accepts IAM policies for a key without permissions, but it is not known which conditions it supports.`,
  },
  hetzner: {
    hasPolicies: false,
    isReaderOptional: true,
    writer:
      "Create the bucket in a separate project: a key has access to every bucket of its project. Do not keep anything in it that an uploader must not see.",
    reader: "Optional: create a second key. It has the same permissions.",
    bucketPolicy:
      "Hetzner runs Ceph. Measured with Ceph 16.2: this policy stops copies by PUT, but not copies by parts.",
  },
  scaleway: {
    hasPolicies: false,
    isReaderOptional: false,
    writer: `Create an API key of an application with only the permission set ObjectStorageObjectsWrite, in a separate project: the set applies to all buckets of a project. ${NOT_TESTED}`,
    reader: `Create a second application with ObjectStorageObjectsRead. Add ObjectStorageObjectsDelete if objects have to be deleted. ${NOT_TESTED}`,
  },
  ovh: UNKNOWN,
  linode: {
    hasPolicies: false,
    isReaderOptional: true,
    writer: `Create an access key with the permission read_write for only this bucket: there is no permission to only write. Do not keep anything in it that an uploader must not see. ${UNTESTED}`,
    reader: `Optional: create a second key with the permission read_only. ${UNTESTED}`,
  },
  vultr: UNKNOWN,
  exoscale: {
    ...OWN_PERMISSIONS,
    writer: `Create an API key whose IAM role can only put objects into this bucket. ${UNTESTED}`,
  },
  idrive: UNKNOWN,
  storj: {
    ...OWN_PERMISSIONS,
    writer: `Create S3 credentials with only the permission to write, for this bucket. ${UNTESTED}`,
    cors: "The gateway has no CORS rules for buckets: --apply cannot set them.",
  },
  oci: {
    ...OWN_PERMISSIONS,
    writer: `Create a Customer Secret Key of a user whose group can only create objects (OBJECT_CREATE) in this bucket. ${UNTESTED}`,
  },
  ibm: {
    ...OWN_PERMISSIONS,
    writer: `Create a service credential with an HMAC key and the role Object Writer on this bucket. ${UNTESTED}`,
  },
  alibaba: {
    ...OWN_PERMISSIONS,
    writer: `Create a RAM user whose policy allows only oss:PutObject on the keys of these policies. For multipart uploads add oss:AbortMultipartUpload and oss:ListParts. ${UNTESTED}`,
    cors: "Set the rule in its console, if --apply is refused: its documentation does not list CORS rules among the compatible operations.",
  },
  tencent: {
    ...OWN_PERMISSIONS,
    writer: `Create a CAM user whose policy allows only uploads to the keys of these policies. ${UNTESTED}`,
  },
  supabaseStorage: {
    hasPolicies: false,
    isReaderOptional: true,
    writer: `Create an S3 access key in the settings of Storage: it has access to every bucket of its project. Use a separate project, and do not keep anything in it that an uploader must not see. ${UNTESTED}`,
    reader: "Optional: create a second key. It has the same permissions.",
    cors: "It has no CORS rules for buckets: --apply cannot set them.",
  },
  minio: {
    ...AWS_FORM,
    writer:
      "Create a user with only this policy (mc admin policy create, then attach): MinIO lets a ticket copy any object that its key can read.",
    cors: 'The community edition has no CORS rules for buckets and answers 501. Set the origins for the whole server: mc admin config set ALIAS api cors_allow_origin="https://…"',
    lifecycle:
      "MinIO accepts a rule that aborts unfinished uploads, but ignores it. It deletes parts after 24 hours by itself. Set that to the time for which uploads can be resumed: mc admin config set ALIAS api stale_uploads_expiry=…h",
  },
  ceph: {
    ...AWS_FORM,
    writer:
      "Create a user with this policy: the owner of a bucket has all permissions, and Ceph up to 18 lets a ticket copy any object that its key can read.",
    cors: "Ceph 16.2 uses only the first rule for an origin and ignores any other rule for it.",
    bucketPolicy:
      "Measured with Ceph 16.2: this policy stops copies by PUT, but not copies by parts, so the writing key must not be able to read. The command replaces the current policy of the bucket.",
  },
  garage: {
    hasPolicies: false,
    isReaderOptional: false,
    writer: `Create a key that may only write: garage bucket allow --write BUCKET --key KEY. ${UNTESTED}`,
    reader: `Create a second key with --read. Add --write if objects have to be deleted. ${UNTESTED}`,
  },
  seaweedfs: UNKNOWN,
  rustfs: UNKNOWN,
  rclone: {
    hasPolicies: false,
    isReaderOptional: true,
    writer:
      "It has key pairs without permissions (--auth-key). Do not serve anything that an uploader must not see.",
    reader: "Optional: a second --auth-key. It has the same permissions.",
  },
  compatible: UNKNOWN,
  local: {
    hasPolicies: false,
    isReaderOptional: true,
    writer: "The embedded store has one key pair, which npm run dev sets.",
    reader: "The same key pair reads.",
  },
} as const satisfies Readonly<Record<ProviderName, Advice>>;
