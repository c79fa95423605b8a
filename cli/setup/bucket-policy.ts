/** What the bucket itself refuses, whoever asks: a second lock behind the signature. */
import type { Store } from "../../src/store/store.ts";
import { bucketArn, resourcesOf } from "./permissions.ts";
import { toDocument, type PolicyDocument, type Statement } from "./policy-document.ts";
import { covers, keysOf, type Use } from "./bucket-use.ts";

/** The clocks of the Worker and of the store may differ by this much. */
const MARGIN_MS = 60_000;

/** `undefined` for stores of which no condition is known to be heeded. */
export function bucketPolicy(use: Use): PolicyDocument | undefined {
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
 * `StringLike` with `*` holds where the header is there. `Null`, which would say the same, is the
 * wrong way round in Ceph 16.2: measured, it lets copies pass and refuses everything else.
 */
function denyCopies({ store, policies }: Use): Statement {
  return deny("DenyCopies", ["s3:PutObject"], resourcesOf(store, policies), {
    StringLike: { "s3:x-amz-copy-source": "*" },
  });
}

/** `s3:signatureAge` is in milliseconds. Tickets for objects, parts and downloads live equally long, but for those of the background. */
function denyOldSignatures({ store, policies }: Use): Statement {
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
 * Under the keys that no policy may replace. `s3:ObjectCreationOperation` is false for what begins
 * an upload in parts and for the parts, which take no condition (AWS: "Enforce conditional writes").
 */
function denyOverwriting({ store, policies }: Use): Statement | undefined {
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
