/** Builds the bucket policy: a second protection behind the signature, for every key. */
import type { Store } from "../../src/store/store.ts";
import { bucketArn, resourcesOf } from "./permissions.ts";
import { toDocument, type PolicyDocument, type Statement } from "./policy-document.ts";
import { covers, keysOf, type BucketUse } from "./bucket-use.ts";

/** How much the clocks of the Worker and the store may differ. */
const MARGIN_MS = 60_000;

/** Returns the policy, or `undefined` for stores that are not known to support its conditions. */
export function bucketPolicy(use: BucketUse): PolicyDocument | undefined {
  const { providerName } = use.store;
  if (providerName === "aws") {
    return toDocument([
      denyPlainHttp(use.store),
      denyCopies(use),
      denyOldSignatures(use),
      denyOverwriting(use),
    ]);
  }
  return providerName === "ceph" || providerName === "hetzner"
    ? toDocument([denyCopies(use)])
    : undefined;
}

function denyPlainHttp(store: Store): Statement {
  const arn = bucketArn(store);
  return deny("DenyPlainHttp", ["s3:*"], [arn, `${arn}/*`], {
    Bool: { "aws:SecureTransport": "false" },
  });
}

/**
 * `StringLike` with `*` matches if the header is there. `Null` would mean the same, but Ceph 16.2
 * inverts it: measured, it allows copies and refuses everything else.
 */
function denyCopies({ store, policies }: BucketUse): Statement {
  return deny("DenyCopies", ["s3:PutObject"], resourcesOf(store, policies), {
    StringLike: { "s3:x-amz-copy-source": "*" },
  });
}

/** Denies signatures older than the longest expiry of the policies. `s3:signatureAge` is in milliseconds. */
function denyOldSignatures({ store, policies }: BucketUse): Statement {
  const lives = policies.flatMap(({ expiresIn, backgroundExpiresIn = 0 }) => [
    expiresIn,
    backgroundExpiresIn,
  ]);
  const longestMs = Math.max(...lives) * 1000;
  const isRead = policies.some(({ download }) => download);
  const actions = isRead ? ["s3:PutObject", "s3:GetObject"] : ["s3:PutObject"];
  return deny("DenyOldSignatures", actions, resourcesOf(store, policies), {
    NumericGreaterThan: { "s3:signatureAge": String(longestMs + MARGIN_MS) },
  });
}

/**
 * Denies writes without If-None-Match to keys that no policy may overwrite. `s3:ObjectCreationOperation`
 * is false for CreateMultipartUpload and UploadPart, which have no condition (AWS: "Enforce conditional writes").
 */
function denyOverwriting({ store, policies }: BucketUse): Statement | undefined {
  const loose = keysOf(
    policies.filter((policy) => policy.overwrite || policy.allowContentTypeOnly),
  );
  const strict = policies.filter((policy) => {
    const [keys] = keysOf([policy]);
    return keys && !loose.some((other) => covers(other, keys) || covers(keys, other));
  });
  if (strict.length === 0) return undefined;
  return deny("DenyOverwriting", ["s3:PutObject"], resourcesOf(store, strict), {
    Null: { "s3:if-none-match": "true" },
    Bool: { "s3:ObjectCreationOperation": "true" },
  });
}

function deny(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  condition: NonNullable<Statement["Condition"]>,
): Statement {
  return {
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Action: actions,
    Resource: resources,
    Condition: condition,
  };
}
