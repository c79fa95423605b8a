/** Compiles a policy: its definition and the stores that it names → the rule as it is applied. */
import { checkableTypes } from "../content/signatures.ts";
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from "../store/checksum.ts";
import type { Store } from "../store/store.ts";
import type { KeySpace } from "./key-space.ts";
import { checkKey, checkPolicy } from "./check-policy.ts";
import { checkQuarantine } from "./check-quarantine.ts";
import { checkStoreSupport } from "./check-store-support.ts";
import type { Policy } from "./config.ts";
import type { ErrorCollector } from "./errors.ts";
import { parseFields } from "./fields.ts";
import { MAX_OBJECTS, policySchema, type PolicyFields } from "./policy-schema.ts";

export interface KnownStores {
  readonly stores: ReadonlyMap<string, Store>;
  /** The names in the configuration, also of stores with errors. */
  readonly declared: ReadonlySet<string>;
}

interface CompiledPolicy {
  readonly policy: Policy | undefined;
  /** Known as soon as the key and the stores are valid. */
  readonly keySpace: KeySpace | undefined;
}

/** Returns the policy, or `undefined` with each error collected. */
export function compilePolicy(
  name: string,
  value: unknown,
  { known, errors }: { readonly known: KnownStores; readonly errors: ErrorCollector },
): CompiledPolicy {
  checkPolicyName(name, errors);
  const fields = parseFields(policySchema, value, errors);
  const stores = findStores(fields.get("store"), known, errors.at("store"));
  const template = checkKey(fields, errors);
  checkPolicy(fields, errors);
  checkQuarantine(fields, template, errors);
  for (const store of new Set(stores.values())) checkStoreSupport(store, fields, errors);
  const { all } = fields;
  return {
    policy: all && template && toPolicy(all, { name, stores, template }),
    keySpace: template && {
      name,
      stores,
      template,
      download: fields.get("download") ?? false,
      delete: fields.get("delete") ?? false,
      overwrite: fields.get("overwrite") ?? false,
      quota: fields.get("quota"),
      quarantine: fields.get("quarantine"),
    },
  };
}

/** Collects the error of a name that is none. */
export function checkPolicyName(name: string, errors: ErrorCollector): void {
  if (/^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/.test(name)) return;
  errors.add("the name must be of a-z, 0-9, hyphen and underscore");
}

function findStores(
  named: PolicyFields["store"] | undefined,
  { stores, declared }: KnownStores,
  errors: ErrorCollector,
): ReadonlyMap<string, Store> {
  const found = new Map<string, Store>();
  if (named === undefined) return found;
  const byRegion = typeof named === "string" ? { default: named } : named;
  if (!Object.hasOwn(byRegion, "default")) errors.add('must have a "default" among its regions');
  for (const [region, name] of Object.entries(byRegion)) {
    const store = stores.get(name);
    if (!declared.has(name)) errors.add(`there is no store "${name}"`);
    if (!/^([A-Z]{2}|default)$/.test(region))
      errors.at(region).add('must be a country or continent of two letters, or "default"');
    if (store) found.set(region, store);
  }
  return found;
}

function toPolicy(
  fields: PolicyFields,
  keySpace: Pick<KeySpace, "name" | "stores" | "template">,
): Policy {
  const { cacheControl, contentDisposition, storageClass, tags, quarantine } = fields;
  const quota = fields.quota ?? (quarantine && {});
  return {
    ...fields,
    types: quarantine?.verify.includes("magic") ? [...checkableTypes(fields.types)] : fields.types,
    quotaClaim: fields.quotaFor?.slice("{claim.".length, -1),
    quota: quota?.stored === undefined ? quota : { objects: MAX_OBJECTS, ...quota },
    ...keySpace,
    checksums: supportedChecksums(fields, keySpace.stores),
    fixedHeaders: {
      ...(cacheControl && { "cache-control": cacheControl }),
      ...(contentDisposition && { "content-disposition": contentDisposition }),
      ...(storageClass && { "x-amz-storage-class": storageClass }),
      ...(tags && { "x-amz-tagging": new URLSearchParams(tags).toString() }),
    },
  };
}

function supportedChecksums(
  { checksum }: PolicyFields,
  stores: ReadonlyMap<string, Store>,
): ReadonlySet<ChecksumAlgorithm> {
  const named = checksum === "optional" ? CHECKSUM_ALGORITHMS : checksum;
  const providers = [...stores.values()].map(({ provider }) => provider);
  return new Set(
    named.filter((algorithm) =>
      providers.every(({ checksums }) => checksums[algorithm] !== undefined),
    ),
  );
}
