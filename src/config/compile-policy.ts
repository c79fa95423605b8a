/** One policy's definition and the stores that it names → the rule as it is applied. */
import type * as z from "zod/mini";
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from "../store/checksum.ts";
import { SEVEN_DAYS, checkFields, checkStore } from "./check-policy.ts";
import type { Policy, Store } from "./config.ts";
import type { Mistakes } from "./errors.ts";
import type { policySchema } from "./schema.ts";
import { hasPlaceholder, parseTemplate, reachesInto, type Template } from "../key/template.ts";

type Definition = z.output<typeof policySchema>;

interface Stores {
  readonly stores: ReadonlyMap<string, Store>;
  /** The names that stand in the configuration, those with mistakes of their own included. */
  readonly declared: ReadonlySet<string>;
}

const FIVE_MINUTES = 300;

/** The compiled policy, or `undefined` with each mistake collected. */
export function compilePolicy(
  name: string,
  definition: Definition,
  known: Stores,
  at: Mistakes,
): Policy | undefined {
  const before = at.found.length;
  if (!/^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/.test(name))
    at.add("the name must be of a-z, 0-9, hyphen and underscore");
  const stores = findStores(definition, known, at.at("store"));
  const template = checkKey(definition, at);
  const expiresInSeconds = definition.expiresIn ?? FIVE_MINUTES;
  checkFields(definition, expiresInSeconds, at);
  for (const store of new Set(stores.values())) checkStore(store, definition, expiresInSeconds, at);
  if (at.found.length > before || !template) return undefined;

  return {
    name,
    stores,
    template,
    types: definition.types,
    minBytes: definition.minBytes ?? 1,
    maxBytes: definition.maxBytes,
    expiresInSeconds,
    backgroundExpiresInSeconds: definition.backgroundExpiresIn,
    multipartFromBytes: definition.multipartFrom,
    resumeWithinSeconds: definition.resumeWithin ?? SEVEN_DAYS,
    isDownloadAllowed: definition.download ?? false,
    isDeleteAllowed: definition.delete ?? false,
    isSizeRequired: definition.size !== "optional",
    isOverwriteAllowed: definition.overwrite ?? false,
    isContentTypeOnlyAllowed: definition.allowContentTypeOnly ?? false,
    checksums: checksumsOf(definition, stores),
    isChecksumRequired: Array.isArray(definition.checksum),
    metadata: new Set(definition.metadata),
    quota: definition.quota && {
      uploads: definition.quota.uploads,
      bytes: definition.quota.bytes,
      pending: definition.quota.pending,
    },
    fixedHeaders: {
      ...(definition.cacheControl && { "cache-control": definition.cacheControl }),
      ...(definition.contentDisposition && {
        "content-disposition": definition.contentDisposition,
      }),
      ...(definition.storageClass && { "x-amz-storage-class": definition.storageClass }),
      ...(definition.tags && { "x-amz-tagging": new URLSearchParams(definition.tags).toString() }),
    },
  };
}

/** Two policies of one bucket whose keys could meet in somebody else's prefix. */
export function findReach(policies: readonly Policy[], at: Mistakes): void {
  for (const mine of policies) {
    for (const theirs of policies) {
      if (
        mine === theirs ||
        !shareBucket(mine, theirs) ||
        !reachesInto(mine.template, theirs.template)
      )
        continue;
      at.at(mine.name)
        .at("key")
        .add(
          `could make a key inside a user's prefix of policy "${theirs.name}": start each with a folder of its own`,
        );
    }
  }
}

function findStores(
  definition: Definition,
  { stores, declared }: Stores,
  at: Mistakes,
): ReadonlyMap<string, Store> {
  const byRegion =
    typeof definition.store === "string" ? { default: definition.store } : definition.store;
  const found = new Map<string, Store>();
  if (!Object.hasOwn(byRegion, "default")) at.add('must have a "default" among its regions');
  for (const [region, name] of Object.entries(byRegion)) {
    const store = stores.get(name);
    if (!declared.has(name)) at.add(`there is no store "${name}"`);
    if (!/^([A-Z]{2}|default)$/.test(region))
      at.at(region).add('must be a country or continent of two letters, or "default"');
    if (store) found.set(region, store);
  }
  return found;
}

function checkKey(definition: Definition, at: Mistakes): Template | undefined {
  const parsed = parseTemplate(definition.key);
  if ("faults" in parsed) {
    for (const fault of parsed.faults) at.at("key").add(fault);
    return undefined;
  }
  if (parsed.userIndex < 0 && !definition.shared) {
    at.at("key").add("has no {user}, so that callers share a prefix: add it, or say shared: true");
  }
  if (parsed.userIndex >= 0 && definition.shared)
    at.at("shared").add("is true, but the key has {user}: take one away");
  if (!definition.overwrite && !hasPlaceholder(parsed, "id") && !hasPlaceholder(parsed, "name")) {
    at.at("key").add("is the same for every upload of a user: add {id}, or say overwrite: true");
  }
  return parsed;
}

/** What every store of the policy takes, of what the policy names. */
function checksumsOf(
  { checksum }: Definition,
  stores: ReadonlyMap<string, Store>,
): ReadonlySet<ChecksumAlgorithm> {
  const named: readonly ChecksumAlgorithm[] = Array.isArray(checksum)
    ? checksum
    : CHECKSUM_ALGORITHMS;
  const all = [...stores.values()];
  return new Set(
    named.filter((algorithm) =>
      all.every(({ provider }) => provider.checksums[algorithm] !== undefined),
    ),
  );
}

function shareBucket(a: Policy, b: Policy): boolean {
  const buckets = new Set([...a.stores.values()].map(bucketOf));
  return [...b.stores.values()].some((store) => buckets.has(bucketOf(store)));
}

function bucketOf({ origin, basePath }: Store): string {
  return `${origin}${basePath}`;
}
