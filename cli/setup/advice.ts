/** What is known of each provider's keys and rules, where AWS's documents do not say it. */
import type { ProviderName } from "../../src/store/providers.ts";

export interface Advice {
  /** Its keys take policies in AWS's language; otherwise `writer` and `reader` say what to make. */
  readonly hasPolicies: boolean;
  /** The writing key reads too, so that a reading one adds little. */
  readonly isReaderOptional: boolean;
  readonly writer: string;
  readonly reader: string;
  /** What is to be known before a rule is relied on. */
  readonly cors?: string;
  readonly lifecycle?: string;
  readonly bucketPolicy?: string;
}

const NOT_TRIED = "Read in its documentation, not tried.";
const AWS_FORM = {
  hasPolicies: true,
  isReaderOptional: false,
  writer: "A key of its own with this policy, and no other right.",
  reader: "A second key with this policy. Without it the writing key would have to read.",
} as const;

export const ADVICE = {
  aws: {
    ...AWS_FORM,
    writer:
      "An IAM user with this policy alone. Where a KMS key encrypts the bucket, add kms:GenerateDataKey on it, and kms:Decrypt for parts.",
    reader:
      "A second IAM user with this policy. Where a KMS key encrypts the bucket, add kms:Decrypt on it. If complete answers 502 for a file that has not arrived, take the Condition away.",
    bucketPolicy:
      "It binds everybody who writes under these keys, also your own backend: what copies into them, or signs for longer, needs other keys. The command replaces the policy that the bucket has: put its statements into the file first.",
  },
  r2: {
    hasPolicies: false,
    isReaderOptional: true,
    writer:
      'An API token "Object Read & Write" for this bucket alone (dashboard: R2, Manage API tokens; its permission group is Workers R2 Storage Bucket Item Write). R2 has no token that only writes: this one reads, lists and deletes too, so keep in the bucket nothing that an uploader must not see.',
    reader:
      'Optional, as the first token reads too: "Object Read only" for this bucket, so that a lost one changes nothing. What is to be deleted is then deleted with the first.',
    cors: '--apply needs a token "Admin Read & Write", and wrangler a login.',
    lifecycle:
      "Every bucket of R2 has a rule of 7 days from the beginning, and of two rules the earlier one counts: see npx wrangler r2 bucket lifecycle list, and take it away where an upload may be resumed for longer.",
  },
  gcs: {
    hasPolicies: false,
    isReaderOptional: false,
    writer: `An HMAC key of a service account with the role Storage Object Creator (roles/storage.objectCreator) on this bucket: it reads nothing, and replaces no object, which Google would otherwise allow with these tickets. ${NOT_TRIED}`,
    reader: `An HMAC key of a second service account with Storage Object Viewer (roles/storage.objectViewer), and storage.objects.delete where objects are to be taken away. ${NOT_TRIED}`,
    cors: "Google has a form of its own for these rules: --apply cannot write them.",
  },
  b2: {
    hasPolicies: false,
    isReaderOptional: false,
    writer: `An application key for this bucket and prefix with the capability writeFiles, and with listAllBucketNames where a tool asks for it. The master key does not work with S3. ${NOT_TRIED}`,
    reader: `A second one with readFiles and listFiles; with deleteFiles and writeFiles where objects are to be taken away. ${NOT_TRIED}`,
  },
  wasabi: {
    ...AWS_FORM,
    writer: `${AWS_FORM.writer} It takes policies in AWS's form; which conditions it heeds is not known.`,
  },
  spaces: {
    hasPolicies: false,
    isReaderOptional: true,
    writer: `A key limited to this bucket with the permission readwrite: Spaces has none that only writes. So keep in the bucket nothing that an uploader must not see. ${NOT_TRIED}`,
    reader: `Optional: a second key with the permission read. ${NOT_TRIED}`,
  },
  tigris: {
    ...AWS_FORM,
    writer: `${AWS_FORM.writer} It takes policies in AWS's form for a key that was made without rights; which conditions it heeds is not known.`,
  },
  hetzner: {
    hasPolicies: false,
    isReaderOptional: true,
    writer:
      "A key opens every bucket of its project: give this bucket a project of its own, and keep nothing in it that an uploader must not see.",
    reader: "Optional: a second key, which can do the same.",
    bucketPolicy:
      "It runs Ceph, of which this was measured at 16.2: a PUT is not turned into a copy any more, a part still is.",
  },
  scaleway: {
    hasPolicies: false,
    isReaderOptional: false,
    writer: `An API key of an application with the permission set ObjectStorageObjectsWrite alone, in a project of its own: the set is for all buckets of a project. ${NOT_TRIED}`,
    reader: `A second application with ObjectStorageObjectsRead, and ObjectStorageObjectsDelete where objects are to be taken away. ${NOT_TRIED}`,
  },
  minio: {
    ...AWS_FORM,
    writer:
      "A user of its own with this policy (mc admin policy create, then attach), and no other right: MinIO turns a ticket into a copy of whatever its key can read.",
    cors: 'The community edition has no rules for a bucket and answers 501: set the origins for the whole server, with mc admin config set ALIAS api cors_allow_origin="https://…".',
    lifecycle:
      "MinIO takes this rule and ignores it in silence. It drops parts by itself, after 24 hours: let it wait as long as an upload may be resumed, with mc admin config set ALIAS api stale_uploads_expiry=…h.",
  },
  ceph: {
    ...AWS_FORM,
    writer:
      "A user of its own with this policy: the owner of a bucket may do everything in it, and Ceph up to 18 turns a ticket into a copy of whatever its key can read.",
    cors: "Ceph 16.2 looks at the first rule of an origin only: another rule for the same origin is passed over.",
    bucketPolicy:
      "Measured at Ceph 16.2: a PUT is not turned into a copy any more, a part still is. So the writing key must not read. The command replaces the policy that the bucket has.",
  },
  compatible: {
    ...AWS_FORM,
    writer:
      "A key with this policy, if the server has policies in AWS's form. If it has none, keep nothing in the bucket that an uploader must not see.",
  },
  local: {
    hasPolicies: false,
    isReaderOptional: true,
    writer: "The embedded store has one pair, which npm run dev sets.",
    reader: "The same pair reads.",
  },
} as const satisfies Readonly<Record<ProviderName, Advice>>;
