/** Checks that the fields of a policy agree with each other. No check runs on an invalid field. */
import { hasPlaceholder, parseTemplate, type Template } from "../key/template.ts";
import type { ErrorCollector } from "./errors.ts";
import type { Fields } from "./fields.ts";
import type { PolicyFields } from "./policy-schema.ts";

type Policy = Fields<PolicyFields>;

/** Checks what contradicts itself on any store. */
export function checkPolicy(policy: Policy, errors: ErrorCollector): void {
  checkTimes(policy, errors);
  checkBytes(policy, errors);
  checkContentTypeOnly(policy, errors.at("allowContentTypeOnly"));
  checkPostForm(policy, errors.at("postForm"));
}

function checkTimes(policy: Policy, errors: ErrorCollector): void {
  policy.check(({ expiresIn }) => {
    if (expiresIn < 1) errors.at("expiresIn").add("must be at least 1 second");
  });
  policy.check(({ expiresIn, backgroundExpiresIn }) => {
    if (backgroundExpiresIn !== undefined && backgroundExpiresIn < expiresIn)
      errors.at("backgroundExpiresIn").add("must not be shorter than expiresIn");
  });
  policy.check(({ multipartFrom, resumeWithin, expiresIn, backgroundExpiresIn = expiresIn }) => {
    if (multipartFrom === undefined) return;
    if (resumeWithin >= Math.max(expiresIn, backgroundExpiresIn)) return;
    const detail = "must not be shorter than expiresIn and backgroundExpiresIn";
    errors.at("resumeWithin").add(detail);
  });
}

function checkBytes(policy: Policy, errors: ErrorCollector): void {
  policy.check(({ minBytes, maxBytes }) => {
    if (minBytes > maxBytes) errors.at("minBytes").add("must not be more than maxBytes");
  });
  policy.check(({ quota, maxBytes }) => {
    const detail = "must not be less than maxBytes: a file of that size could never be sent";
    if (quota?.bytes && quota.bytes.limit < maxBytes) errors.at("quota").at("bytes").add(detail);
    if (quota?.stored !== undefined && quota.stored < maxBytes)
      errors.at("quota").at("stored").add(detail);
  });
  policy.check(({ quota, size, overwrite, allowContentTypeOnly, delete: isDeleteAllowed }) => {
    const canBeReplaced = overwrite || allowContentTypeOnly || isDeleteAllowed;
    const limit = (["bytes", "stored"] as const).find((name) => quota?.[name] !== undefined);
    if (!limit || size === "required" || !canBeReplaced) return;
    const detail = `must be "required" with quota.${limit} if a file can be replaced or deleted: the new one would not be counted`;
    errors.at("size").add(detail);
  });
}

/** A client that sends Content-Type alone cannot send another header that the policy sets or requires. */
function checkContentTypeOnly(policy: Policy, errors: ErrorCollector): void {
  if (!policy.get("allowContentTypeOnly")) return;
  for (const field of ["cacheControl", "contentDisposition", "storageClass", "tags"] as const) {
    if (policy.get(field) !== undefined)
      errors.add(`cannot be combined with ${field}, which needs another header`);
  }
  if (Array.isArray(policy.get("checksum")))
    errors.add("cannot be combined with a required checksum, which needs another header");
}

/** A form pins what it has fields for, and can be used again. */
function checkPostForm(policy: Policy, errors: ErrorCollector): void {
  if (!policy.get("postForm")) return;
  policy.check(({ overwrite }) => {
    if (!overwrite)
      errors.add("needs overwrite: true: a form can be used again until it expires, and replaces");
  });
  policy.check(({ size }) => {
    if (size !== "required")
      errors.add('cannot be combined with size: "optional": a form pins the exact length');
  });
  policy.check(({ checksum }) => {
    if (checksum !== "optional")
      errors.add("cannot be combined with a required checksum: Uppy computes none");
  });
  policy.check(({ multipartFrom, minBytes }) => {
    if (multipartFrom !== undefined && multipartFrom <= minBytes)
      errors.add("cannot be combined with a multipartFrom that makes every file multipart");
  });
  if (policy.get("tags") !== undefined)
    errors.add("cannot be combined with tags, which a form sends in another way");
  for (const field of ["cacheControl", "contentDisposition"] as const) {
    if (policy.get(field)?.includes("${"))
      errors.add(`cannot be combined with "\${" in ${field}: it is a variable in a form`);
  }
}

/** Returns the template of the key, with each error collected; `undefined` for an invalid one. */
export function checkKey(policy: Policy, errors: ErrorCollector): Template | undefined {
  const key = policy.get("key");
  if (key === undefined) return undefined;
  const template = parseTemplate(key);
  if ("errors" in template) {
    for (const error of template.errors) errors.at("key").add(error);
    return undefined;
  }
  policy.check(({ shared }) => {
    const hasUser = template.userIndex >= 0;
    if (!hasUser && !shared)
      errors
        .at("key")
        .add("has no {user}: add it, or set shared: true to let callers share a prefix");
    if (hasUser && shared) errors.at("shared").add("is true, but the key has {user}: remove one");
  });
  policy.check(({ quota }) => {
    const limit = (["bytes", "stored", "objects"] as const).find(
      (name) => quota?.[name] !== undefined,
    );
    if (!limit || hasPlaceholder(template, "id")) return;
    const detail =
      "needs {id} in the key: under another key the file of one upload may be that of several";
    errors.at("quota").at(limit).add(detail);
  });
  policy.check(({ quota, quotaFor, quarantine, shared }) => {
    if (quotaFor !== undefined && !quota && !quarantine) errors.at("quotaFor").add("needs a quota");
    if (quota?.stored === undefined && quota?.objects === undefined) return;
    if (quotaFor === undefined && shared)
      errors
        .at("quotaFor")
        .add("is required with quota.stored and quota.objects if callers share a prefix");
    // Whoever deletes an object gives back what it took from the quota of its key's owner.
    if (quotaFor !== undefined && !key.includes(quotaFor)) {
      const detail = `must be in the key with quota.stored and quota.objects: add ${quotaFor} to it`;
      errors.at("quotaFor").add(detail);
    }
  });
  policy.check(({ overwrite }) => {
    if (overwrite || hasPlaceholder(template, "id") || hasPlaceholder(template, "name")) return;
    const detail = "is the same for every upload of a user: add {id}, or set overwrite: true";
    errors.at("key").add(detail);
  });
  return template;
}
