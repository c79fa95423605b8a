/** Checks that a store can do what a policy asks for. */
import type { Store } from "../store/store.ts";
import { describeBytes } from "../describe-bytes.ts";
import type { ErrorCollector } from "./errors.ts";
import type { Fields } from "./fields.ts";
import type { PolicyFields } from "./policy-schema.ts";

type Policy = Fields<PolicyFields>;
type OnStore = Pick<Store, "provider"> & { readonly on: string };

/** Collects what the store cannot do. */
export function checkStoreSupport(
  { name, provider }: Store,
  policy: Policy,
  errors: ErrorCollector,
): void {
  const on = `${provider.title} (store "${name}")`;
  const { maxPutBytes, maxObjectBytes, maxExpiresInSeconds } = provider;

  for (const field of ["expiresIn", "backgroundExpiresIn"] as const) {
    if ((policy.get(field) ?? 0) > maxExpiresInSeconds)
      errors.at(field).add(`must be at most ${maxExpiresInSeconds} seconds on ${on}`);
  }
  policy.check(({ maxBytes, multipartFrom }) => {
    const [largest, what] =
      multipartFrom === undefined
        ? [maxPutBytes, "the largest single PUT (set multipartFrom for more)"]
        : [maxObjectBytes, "the largest object"];
    if (maxBytes > largest)
      errors.at("maxBytes").add(`must be at most ${describeBytes(largest)}, ${what} on ${on}`);
  });
  if ((policy.get("multipartFrom") ?? 0) > maxPutBytes) {
    const detail = `must be at most ${describeBytes(maxPutBytes)}, the largest single PUT on ${on}`;
    errors.at("multipartFrom").add(detail);
  }
  policy.check(({ overwrite }) => {
    if (!overwrite && !provider.noOverwrite)
      errors.at("overwrite").add(`must be true: ${on} cannot refuse to overwrite an object`);
  });
  if (policy.get("postForm") && !provider.postForms)
    errors.at("postForm").add(`must be left out: ${on} has no POST forms that are signed here`);
  if (policy.get("quarantine")) checkCopies(policy, { provider, on }, errors);
  checkChecksums(policy, { provider, on }, errors.at("checksum"));
  const storageClass = policy.get("storageClass");
  if (storageClass !== undefined && !provider.storageClasses.includes(storageClass)) {
    const classes = provider.storageClasses.join(", ");
    errors
      .at("storageClass")
      .add(classes ? `must be one of ${classes} on ${on}` : `must be left out: ${on} has none`);
  }
  if (policy.get("tags") && !provider.tags)
    errors.at("tags").add(`must be left out: ${on} does not support tags in an upload`);
}

/** A quarantine ends with a copy within the store. */
function checkCopies(
  policy: Policy,
  { provider: { copies }, on }: OnStore,
  errors: ErrorCollector,
): void {
  if (!copies)
    errors
      .at("quarantine")
      .add(`must be left out: ${on} does not copy objects on the condition of their ETag`);
  policy.check(({ maxBytes }) => {
    if (!copies || copies.partHeaders || maxBytes <= copies.maxBytes) return;
    const detail = `must be at most ${describeBytes(copies.maxBytes)} with quarantine, the largest object that ${on} copies`;
    errors.at("maxBytes").add(detail);
  });
}

function checkChecksums(policy: Policy, { provider, on }: OnStore, errors: ErrorCollector): void {
  policy.check(({ checksum, multipartFrom }) => {
    if (checksum === "optional") return;
    const isChecked = checksum.some((algorithm) => {
      const trust = provider.checksums[algorithm];
      return trust === "enforced" || trust === "unverified";
    });
    if (!isChecked) {
      const known = Object.keys(provider.checksums).join(", ");
      errors.add(`must have an algorithm that ${on} checks: it knows ${known}`);
    }
    if (multipartFrom === undefined) return;
    if (checksum.some((algorithm) => provider.multipartChecksums[algorithm])) return;
    const known = Object.keys(provider.multipartChecksums).join(", ") || "none";
    errors.add(`must have an algorithm for multipart uploads (multipartFrom): ${on} has ${known}`);
  });
}
