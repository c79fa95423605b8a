/** Builds the bucket policy: a second protection behind the signature, for every key. */
import type { Store } from "../../src/store/store.ts";
import { READABLE_SECONDS } from "../../src/operation/scan.ts";
import { bucketArn, readerArn, resourcesOf, userOf } from "./permissions.ts";
import { toDocument, type PolicyDocument, type Statement } from "./policy-document.ts";
import {
  allKeysOf,
  covers,
  isQuarantined,
  keysOf,
  ticketKeysOf,
  type BucketUse,
} from "./bucket-use.ts";

/** How much the clocks of the Worker and the store may differ. */
const MARGIN_MS = 60_000;

/** Returns the policy, or `undefined` for stores that are not known to support its conditions. */
export function bucketPolicy(use: BucketUse): PolicyDocument | undefined {
  const { providerName } = use.store;
  if (providerName === "aws") {
    return toDocument([
      denyPlainHttp(use.store),
      ...denyCopies(use),
      denyOldSignatures(use),
      ...denyOverwriting(use),
    ]);
  }
  return providerName === "ceph" || providerName === "hetzner"
    ? toDocument(denyCopies(use))
    : undefined;
}

function denyPlainHttp(store: Store): Statement | undefined {
  const arn = bucketArn(store);
  return deny("DenyPlainHttp", ["s3:*"], [arn, `${arn}/*`], {
    Bool: { "aws:SecureTransport": "false" },
  });
}

/**
 * `StringLike` with `*` matches if the header is there. `Null` would mean the same, but Ceph 16.2
 * inverts it: measured, it allows copies and refuses everything else.
 */
function denyCopies({ store, policies }: BucketUse): readonly (Statement | undefined)[] {
  const condition = { StringLike: { "s3:x-amz-copy-source": "*" } };
  const promoted = keysOf(policies.filter(isQuarantined));
  return [
    deny("DenyCopies", ["s3:PutObject"], resourcesOf(store, ticketKeysOf(policies)), condition),
    denyExceptReader(
      store,
      deny("DenyCopiesExceptPromotion", ["s3:PutObject"], resourcesOf(store, promoted), condition),
    ),
  ];
}

/** Denies signatures older than the longest expiry of the policies. `s3:signatureAge` is in milliseconds. */
function denyOldSignatures({ store, policies }: BucketUse): Statement | undefined {
  const lives = policies.flatMap(({ expiresIn, backgroundExpiresIn = 0, quarantine }) => [
    expiresIn,
    backgroundExpiresIn,
    quarantine?.scanner ? READABLE_SECONDS : 0,
  ]);
  const longestMs = Math.max(...lives) * 1000;
  const isRead = policies.some(({ download, quarantine }) => download || quarantine?.scanner);
  const actions = isRead ? ["s3:PutObject", "s3:GetObject"] : ["s3:PutObject"];
  return deny("DenyOldSignatures", actions, resourcesOf(store, allKeysOf(policies)), {
    NumericGreaterThan: { "s3:signatureAge": String(longestMs + MARGIN_MS) },
  });
}

/**
 * Denies writes without If-None-Match to keys that no policy may overwrite. `s3:ObjectCreationOperation`
 * is false for CreateMultipartUpload and UploadPart, which have no condition (AWS: "Enforce conditional writes").
 */
function denyOverwriting({ store, policies }: BucketUse): readonly (Statement | undefined)[] {
  const loose = keysOf(
    policies.filter((policy) => policy.overwrite || policy.allowContentTypeOnly),
  );
  const strict = policies.filter((policy) => {
    const [keys] = keysOf([policy]);
    return keys && !loose.some((other) => covers(other, keys) || covers(keys, other));
  });
  const condition = {
    Null: { "s3:if-none-match": "true" },
    Bool: { "s3:ObjectCreationOperation": "true" },
  };
  const promoted = keysOf(strict.filter(isQuarantined));
  return [
    deny("DenyOverwriting", ["s3:PutObject"], resourcesOf(store, ticketKeysOf(strict)), condition),
    denyExceptReader(
      store,
      deny(
        "DenyOverwritingExceptPromotion",
        ["s3:PutObject"],
        resourcesOf(store, promoted),
        condition,
      ),
    ),
  ];
}

/** Returns the statement for everybody but the reading key, or `undefined` where a store cannot tell keys apart. */
function denyExceptReader(store: Store, statement: Statement | undefined): Statement | undefined {
  if (!statement) return undefined;
  if (store.providerName === "aws")
    return {
      ...statement,
      Condition: {
        ...statement.Condition,
        ArnNotLike: { "aws:PrincipalArn": readerArn(store) },
      },
    };
  if (store.providerName !== "ceph") return undefined;
  // Ceph 16.2 does not know the condition aws:PrincipalArn.
  const { Principal: _, ...others } = statement;
  return { ...others, NotPrincipal: { AWS: [`arn:aws:iam:::user/${userOf(store, "reader")}`] } };
}

/** Returns `undefined` without resources. */
function deny(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  condition: NonNullable<Statement["Condition"]>,
): Statement | undefined {
  if (resources.length === 0) return undefined;
  return {
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Action: actions,
    Resource: resources,
    Condition: condition,
  };
}
