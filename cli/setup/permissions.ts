/** The least that the writing and the reading key of a bucket need, in AWS's policy language. */
import type { Policy } from "../../src/config/config.ts";
import type { Store } from "../../src/store/store.ts";
import { hasPlaceholder } from "../../src/key/template.ts";
import { toDocument, type PolicyDocument, type Statement } from "./policy-document.ts";
import { keysOf, type Keys, type Use } from "./bucket-use.ts";

/** Puts objects and drives parts; reads nothing, so that no ticket of it becomes a copy. */
export function writerPolicy({ store, policies }: Use): PolicyDocument {
  const inParts = policies.filter(({ multipartFrom }) => multipartFrom !== undefined);
  const tagged = policies.filter(({ fixedHeaders }) => "x-amz-tagging" in fixedHeaders);
  return toDocument([
    allow("PutObjects", ["s3:PutObject"], resourcesOf(store, policies)),
    allow(
      "DriveUploadsInParts",
      ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      resourcesOf(store, inParts),
    ),
    allow("TagObjects", ["s3:PutObjectTagging"], resourcesOf(store, tagged)),
  ]);
}

/**
 * Looks at what arrived, signs what is read, and takes away. Without the right to list, AWS says
 * 403 in place of 404 for an object that is not there.
 */
export function readerPolicy({ store, policies }: Use): PolicyDocument {
  const deleted = policies.filter(
    ({ delete: isDeleteAllowed, template }) => isDeleteAllowed || hasPlaceholder(template, "id"),
  );
  const prefixes = keysOf(policies).map((keys) => pattern(keys));
  return toDocument([
    {
      Sid: "KnowWhatIsMissing",
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: [bucketArn(store)],
      // S3 compares the key that is missing; a bucket that is all ours needs no bound.
      ...(!prefixes.includes("*") && { Condition: { StringLike: { "s3:prefix": prefixes } } }),
    },
    allow("ReadObjects", ["s3:GetObject"], resourcesOf(store, policies)),
    allow("TakeObjectsAway", ["s3:DeleteObject"], resourcesOf(store, deleted)),
  ]);
}

/** The ARNs of all keys that the policies can make. */
export function resourcesOf(store: Store, policies: readonly Policy[]): readonly string[] {
  return keysOf(policies).map((keys) => `${bucketArn(store)}/${pattern(keys)}`);
}

/** `arn:aws:s3:::media`; GovCloud is a partition of its own (AWS: "Amazon Resource Names"). */
export function bucketArn({ bucket, region, providerName }: Store): string {
  const isGov = providerName === "aws" && region.startsWith("us-gov-");
  return `arn:${isGov ? "aws-us-gov" : "aws"}:s3:::${bucket}`;
}

/** `*`, `?` and `$` of a key stand for themselves as `${*}` (AWS: "IAM policy elements: Variables and tags"). */
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
