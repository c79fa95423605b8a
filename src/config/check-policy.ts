/** Whether a policy's fields go together, and whether a store can do what they ask. */
import type * as z from "zod/mini";
import type { Store } from "./config.ts";
import type { Mistakes } from "./errors.ts";
import type { policySchema } from "./schema.ts";

type Definition = z.output<typeof policySchema>;

/** How long an upload in parts can be resumed, where the policy does not say. */
export const SEVEN_DAYS = 604_800;

/** What contradicts itself, on any store. */
export function checkFields(definition: Definition, expiresInSeconds: number, at: Mistakes): void {
  const { multipartFrom, resumeWithin = SEVEN_DAYS } = definition;
  const { backgroundExpiresIn = expiresInSeconds } = definition;
  if (multipartFrom !== undefined && resumeWithin < Math.max(expiresInSeconds, backgroundExpiresIn))
    at.at("resumeWithin").add("must not be shorter than expiresIn and backgroundExpiresIn");
  if (backgroundExpiresIn < expiresInSeconds)
    at.at("backgroundExpiresIn").add("must not be shorter than expiresIn");
  if (expiresInSeconds < 1) at.at("expiresIn").add("must be at least 1 second");
  if ((definition.minBytes ?? 1) > definition.maxBytes)
    at.at("minBytes").add("must not be more than maxBytes");
  if (definition.allowContentTypeOnly)
    checkContentTypeOnly(definition, at.at("allowContentTypeOnly"));
  if (definition.quota?.bytes && definition.quota.bytes.limit < definition.maxBytes) {
    at.at("quota")
      .at("bytes")
      .add("must not be less than maxBytes: such a file could never be sent");
  }
  if (definition.quota?.bytes && definition.size === "optional" && canBeReplaced(definition)) {
    at.at("size").add(
      'must be "required" with quota.bytes where a file can be replaced or deleted: it would not be counted again',
    );
  }
}

/** What the store of that name cannot do. */
export function checkStore(
  { name, provider }: Store,
  definition: Definition,
  expiresInSeconds: number,
  at: Mistakes,
): void {
  const on = `${provider.title} (store "${name}")`;
  const { backgroundExpiresIn = 0 } = definition;
  for (const [field, seconds] of Object.entries({
    expiresIn: expiresInSeconds,
    backgroundExpiresIn,
  })) {
    if (seconds > provider.maxExpiresInSeconds)
      at.at(field).add(`must be at most ${provider.maxExpiresInSeconds} seconds on ${on}`);
  }
  const { maxPutBytes, maxObjectBytes } = provider;
  const largest = definition.multipartFrom === undefined ? maxPutBytes : maxObjectBytes;
  if (definition.maxBytes > largest) {
    const how =
      largest === maxPutBytes
        ? "the largest single PUT (set multipartFrom for more)"
        : "the largest object";
    at.at("maxBytes").add(`must be at most ${largest} bytes, ${how} on ${on}`);
  }
  if ((definition.multipartFrom ?? 0) > maxPutBytes) {
    at.at("multipartFrom").add(
      `must be at most ${maxPutBytes} bytes, the largest single PUT on ${on}`,
    );
  }
  if (!definition.overwrite && !provider.noOverwrite) {
    at.at("overwrite").add(`${on} cannot refuse to overwrite an object: say overwrite: true`);
  }
  if (
    Array.isArray(definition.checksum) &&
    !definition.checksum.some((algorithm) => canEnforce(provider.checksums[algorithm]))
  ) {
    at.at("checksum").add(
      `${on} checks none of these: it has ${Object.keys(provider.checksums).join(", ")}`,
    );
  }
  if (
    Array.isArray(definition.checksum) &&
    definition.multipartFrom !== undefined &&
    !definition.checksum.some((algorithm) => provider.multipartChecksums[algorithm])
  ) {
    const possible = Object.keys(provider.multipartChecksums).join(", ") || "none";
    at.at("checksum").add(`${on} has ${possible} of these for uploads in parts (multipartFrom)`);
  }
  if (definition.storageClass && !provider.storageClasses.includes(definition.storageClass)) {
    at.at("storageClass").add(
      `${on} has ${provider.storageClasses.join(", ") || "no storage classes"}`,
    );
  }
  if (definition.tags && !provider.tags) at.at("tags").add(`${on} takes no tags with an upload`);
}

/** A client that sends Content-Type alone cannot send what the policy sets or demands. */
function checkContentTypeOnly(definition: Definition, at: Mistakes): void {
  const fields = ["cacheControl", "contentDisposition", "storageClass", "tags"] as const;
  const set: readonly string[] = fields.filter((field) => definition[field] !== undefined);
  const demanded = Array.isArray(definition.checksum) ? ["checksum"] : [];
  for (const field of [...set, ...demanded])
    at.add(`does not go with ${field}, which is a header more`);
}

/** Whether a ticket could be used again for another file. */
function canBeReplaced({
  overwrite,
  allowContentTypeOnly,
  delete: isDeleteAllowed,
}: Definition): boolean {
  return (overwrite || allowContentTypeOnly || isDeleteAllowed) ?? false;
}

function canEnforce(trust: string | undefined): boolean {
  return trust === "enforced" || trust === "unverified";
}
