/** Builds the IAM policies with the fewest permissions that the writing and the reading key need. */
import type { Policy } from "../../src/config/config.ts";
import type { Store } from "../../src/store/store.ts";
import { hasPlaceholder } from "../../src/key/template.ts";
import { toDocument, type PolicyDocument, type Statement } from "./policy-document.ts";
import type { Keys } from "../../src/key/template-start.ts";
import { allKeysOf, isQuarantined, keysOf, ticketKeysOf, type BucketUse } from "./bucket-use.ts";

/** Returns the policy of the writing key. It cannot read, so that no ticket can be turned into a copy. */
export function writerPolicy({ store, policies, hasRevocations }: BucketUse): PolicyDocument {
  const multipart = policies.filter(({ multipartFrom }) => multipartFrom !== undefined);
  return toDocument([
    allow("PutObjects", ["s3:PutObject"], resourcesOf(store, ticketKeysOf(policies))),
    allow(
      "MultipartUploads",
      ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      resourcesOf(store, ticketKeysOf(multipart)),
    ),
    allow(
      "TagObjects",
      ["s3:PutObjectTagging"],
      resourcesOf(store, ticketKeysOf(policies.filter(hasTags))),
    ),
    // A revocation aborts a user's open uploads, and no ledger knows those of policies without a quota.
    allow(
      "ListOpenUploads",
      ["s3:ListBucketMultipartUploads"],
      hasRevocations === true && multipart.length > 0 ? [bucketArn(store)] : [],
    ),
  ]);
}

/**
 * Returns the policy of the reading key: it checks uploads, promotes them out of quarantine, signs downloads and
 * deletes. Without s3:ListBucket, AWS answers 403 instead of 404 for a missing object.
 */
export function readerPolicy({ store, policies }: BucketUse): PolicyDocument {
  const deleted = policies.filter(
    ({ delete: isDeleteAllowed, template }) => isDeleteAllowed || hasPlaceholder(template, "id"),
  );
  const promoted = policies.filter(isQuarantined);
  const prefixes = allKeysOf(policies).map((keys) => pattern(keys));
  // S3 compares the prefix with the missing key; Ceph 16.2 does not, and answers 403 as without the permission.
  const hasCondition = !prefixes.includes("*") && store.providerName !== "ceph";
  return toDocument([
    {
      Sid: "ListToFindMissing",
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: [bucketArn(store)],
      ...(hasCondition && { Condition: { StringLike: { "s3:prefix": prefixes } } }),
    },
    allow("ReadObjects", ["s3:GetObject"], resourcesOf(store, allKeysOf(policies))),
    allow("DeleteObjects", ["s3:DeleteObject"], resourcesOf(store, allKeysOf(deleted))),
    // A large file is copied in parts, and a copy that fails is aborted.
    allow(
      "PromoteObjects",
      ["s3:PutObject", "s3:AbortMultipartUpload"],
      resourcesOf(store, keysOf(promoted)),
    ),
    allow(
      "TagPromotedObjects",
      ["s3:PutObjectTagging"],
      resourcesOf(store, keysOf(promoted.filter(hasTags))),
    ),
  ]);
}

const hasTags = ({ fixedHeaders }: Policy): boolean => "x-amz-tagging" in fixedHeaders;

/** Returns the ARNs of the object keys. */
export function resourcesOf(store: Store, keys: readonly Keys[]): readonly string[] {
  return keys.map((one) => `${bucketArn(store)}/${pattern(one)}`);
}

/** Returns the ARN of the bucket, such as `arn:aws:s3:::media`. */
export function bucketArn(store: Store): string {
  return `arn:${partitionOf(store)}:s3:::${store.bucket}`;
}

/** Returns the ARN of the reading key's user, as `setup` names it, in any account. */
export function readerArn(store: Store): string {
  return `arn:${partitionOf(store)}:iam::*:user/${userOf(store, "reader")}`;
}

/** Returns the name of the user that has the key. */
export const userOf = ({ name }: Store, whose: "writer" | "reader"): string =>
  `edge-presigner-${name}-${whose}`;

/** GovCloud and China are partitions of their own (AWS: "Amazon Resource Names"). */
function partitionOf({ providerName, region }: Store): string {
  if (providerName !== "aws") return "aws";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return region.startsWith("cn-") ? "aws-cn" : "aws";
}

/** Returns the pattern of keys. `*`, `?` and `$` are escaped as `${*}` (AWS: "IAM policy elements: Variables and tags"). */
function pattern({ text, isPrefix }: Keys): string {
  return text.replaceAll(/[*?$]/g, "${$&}") + (isPrefix ? "*" : "");
}

function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
): Statement | undefined {
  return resources.length === 0
    ? undefined
    : { Sid: sid, Effect: "Allow", Action: actions, Resource: resources };
}
