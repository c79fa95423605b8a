/** Builds the IAM policies with the fewest permissions that the writing and the reading key need. */
import type { Policy } from "../../src/config/config.ts";
import type { Store } from "../../src/store/store.ts";
import { hasPlaceholder } from "../../src/key/template.ts";
import { toDocument, type PolicyDocument, type Statement } from "./policy-document.ts";
import type { Keys } from "../../src/key/template-start.ts";
import { keysOf, type BucketUse } from "./bucket-use.ts";

/** Returns the policy of the writing key. It cannot read, so that no ticket can be turned into a copy. */
export function writerPolicy({ store, policies, hasRevocations }: BucketUse): PolicyDocument {
  const multipart = policies.filter(({ multipartFrom }) => multipartFrom !== undefined);
  const tagged = policies.filter(({ fixedHeaders }) => "x-amz-tagging" in fixedHeaders);
  return toDocument([
    allow("PutObjects", ["s3:PutObject"], resourcesOf(store, policies)),
    allow(
      "MultipartUploads",
      ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      resourcesOf(store, multipart),
    ),
    // A revocation aborts a user's open uploads, and no ledger knows those of policies without a quota.
    allow(
      "ListOpenUploads",
      ["s3:ListBucketMultipartUploads"],
      hasRevocations === true && multipart.length > 0 ? [bucketArn(store)] : [],
    ),
    allow("TagObjects", ["s3:PutObjectTagging"], resourcesOf(store, tagged)),
  ]);
}

/**
 * Returns the policy of the reading key: it checks uploads, signs downloads and deletes. Without
 * s3:ListBucket, AWS answers 403 instead of 404 for a missing object.
 */
export function readerPolicy({ store, policies }: BucketUse): PolicyDocument {
  const deleted = policies.filter(
    ({ delete: isDeleteAllowed, template }) => isDeleteAllowed || hasPlaceholder(template, "id"),
  );
  const prefixes = keysOf(policies).map((keys) => pattern(keys));
  return toDocument([
    {
      Sid: "ListToFindMissing",
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: [bucketArn(store)],
      // S3 compares the prefix with the missing key. Policies for the whole bucket need no condition.
      ...(!prefixes.includes("*") && { Condition: { StringLike: { "s3:prefix": prefixes } } }),
    },
    allow("ReadObjects", ["s3:GetObject"], resourcesOf(store, policies)),
    allow("DeleteObjects", ["s3:DeleteObject"], resourcesOf(store, deleted)),
  ]);
}

/** Returns the ARNs of all object keys that the policies can make. */
export function resourcesOf(store: Store, policies: readonly Policy[]): readonly string[] {
  return keysOf(policies).map((keys) => `${bucketArn(store)}/${pattern(keys)}`);
}

/** Returns the ARN of the bucket, such as `arn:aws:s3:::media`. */
export function bucketArn(store: Store): string {
  return `arn:${partitionOf(store)}:s3:::${store.bucket}`;
}

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
