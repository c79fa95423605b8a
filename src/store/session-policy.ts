/** The session policy of AssumeRole: what is left of the role's rights (AWS: "Session policies"). */
import { assertPrefix, type CredentialAction, type ScopedAccess } from "./scoped-access.ts";

/** AWS STS API: AssumeRole, Policy. */
const MAX_CHARACTERS = 2048;

/** What each action is in S3. */
export const OBJECT_ACTIONS = {
  read: ["s3:GetObject"],
  write: [
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
  ],
} as const satisfies Record<CredentialAction, readonly string[]>;

interface Target extends Pick<ScopedAccess, "prefix" | "actions"> {
  readonly partition: string;
  readonly bucket: string;
}

/** Returns the policy as JSON. `undefined` for a prefix that is too long for one. */
export function sessionPolicy({ partition, bucket, prefix, actions }: Target): string | undefined {
  assertPrefix(prefix);
  const arn = `arn:${partition}:s3:::${bucket}`;
  const objects = {
    Effect: "Allow",
    Action: actions.flatMap((action): readonly string[] => OBJECT_ACTIONS[action]),
    Resource: `${arn}/${prefix}*`,
  };
  const list = {
    Effect: "Allow",
    Action: "s3:ListBucket",
    Resource: arn,
    // A request without a prefix has no such key, and is refused.
    Condition: { StringLike: { "s3:prefix": `${prefix}*` } },
  };
  const Statement = actions.includes("read") ? [objects, list] : [objects];
  const text = JSON.stringify({ Version: "2012-10-17", Statement });
  return text.length > MAX_CHARACTERS ? undefined : text;
}
