/** A configuration → what it is in development: its stores embedded, its secrets made up. */
import type { Config, Policy } from "../src/config/config.ts";
import type { ConfigDefinition, PolicyDefinition } from "../src/config/definition.ts";
import { local } from "../src/config/store-presets.ts";
import { CHECKSUM_ALGORITHMS } from "../src/store/checksum.ts";
import { PROVIDERS } from "../src/store/providers.ts";

/** All of it is plain data, which is generated into the entry of the Worker. */
export interface Development {
  readonly definition: ConfigDefinition;
  /** The Worker's own secrets and those of issuers, all public. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The key pair of each store: that of the embedded one. */
  readonly storeSecrets: Readonly<Record<string, string>>;
}

/** The bucket that stands for a store. */
export interface EmbeddedBucket {
  readonly store: string;
  readonly bucket: string;
}

export interface Embedded {
  readonly definition: ConfigDefinition;
  readonly buckets: readonly EmbeddedBucket[];
  /** What differs from the deployment, for people. */
  readonly notes: readonly string[];
}

const LOOPBACK_ORIGINS = ["http://localhost:*", "http://127.0.0.1:*"];
const MAX_BUCKET_NAME = 63;
/** So that nobody who tries something is refused: no person sends as many. */
const LIMITS = { perAddress: "10000 / minute", perCaller: "10000 / minute" } as const;

/** Replaces every store with the embedded one. The definition must be valid: `config` is what it compiles to. */
export function embedStores(definition: ConfigDefinition, config: Config): Embedded {
  const { webhook, ...rest } = definition;
  const { url: auditUrl, ...audit } = definition.audit ?? {};
  const buckets = nameBuckets(definition.stores);
  const all = Object.entries(definition.policies);
  const policies = all.flatMap(([name, policy]) =>
    policy.credentials ? [] : [[name, fitPolicy(policy, config.policies.get(name))] as const],
  );
  const notes = policies.flatMap(([name, { missing }]) =>
    missing.length > 0
      ? [`${name} runs without ${missing.join(", ")}: the embedded store has none`]
      : [],
  );
  for (const [name, { credentials }] of all)
    if (credentials) notes.push(`${name} is left out: the embedded store gives no credentials`);
  if (webhook)
    notes.push("webhooks are not sent: --var WEBHOOK_URL:http://localhost:3000/ sends them there");
  if (auditUrl !== undefined)
    notes.push("the audit is not sent: --var AUDIT_URL:http://localhost:3000/ sends it there");
  return {
    definition: {
      ...rest,
      // Wrangler simulates its queue. What AUDIT_URL names has its source.
      ...(definition.audit && { audit }),
      origins: [...new Set([...definition.origins, ...LOOPBACK_ORIGINS])],
      limits: LIMITS,
      stores: Object.fromEntries(
        buckets.map(({ store, bucket }) => [store, { ...local({ bucket }), capabilities }]),
      ),
      policies: Object.fromEntries(policies.map(([name, { fitted }]) => [name, fitted])),
    },
    buckets,
    notes,
  };
}

/** A client has to send the checksums that it sends in production; the embedded store checks only MD5. */
const capabilities = {
  checksums: Object.fromEntries(CHECKSUM_ALGORITHMS.map((name) => [name, "enforced" as const])),
};

/** One bucket for each store, with the name of its own bucket where no other store has that. */
function nameBuckets(stores: ConfigDefinition["stores"]): readonly EmbeddedBucket[] {
  const names = Object.entries(stores).map(([store, { bucket }]) => ({
    store,
    // Wrangler takes no dots.
    bucket: bucket.replaceAll(".", "-"),
  }));
  return names.map(({ store, bucket }) => {
    const isShared = names.filter((other) => other.bucket === bucket).length > 1;
    const name = isShared
      ? `${bucket.slice(0, MAX_BUCKET_NAME - store.length - 1)}-${store}`
      : bucket;
    return { store, bucket: name };
  });
}

/** Leaves out what the embedded store cannot do. */
function fitPolicy(
  policy: PolicyDefinition,
  compiled: Policy | undefined,
): { readonly fitted: PolicyDefinition; readonly missing: readonly string[] } {
  const { storageClass, tags, checksum, postForm, quarantine, ...fitted } = policy;
  const { maxPutBytes, maxObjectBytes } = PROVIDERS.local;
  const isMultipart = policy.multipartFrom !== undefined;
  const isChecked = checksum !== undefined && checksum !== "optional";
  const missing = [
    storageClass !== undefined && "storageClass",
    tags !== undefined && "tags",
    isChecked && isMultipart && "a required checksum",
    postForm === true && "postForm",
    quarantine?.scanner !== undefined && "its scanner",
  ].filter((name) => name !== false);
  return {
    fitted: {
      ...fitted,
      ...(quarantine && fitQuarantine(quarantine)),
      ...(checksum !== undefined && !(isChecked && isMultipart) && { checksum }),
      ...(compiled && {
        maxBytes: Math.min(compiled.maxBytes, isMultipart ? maxObjectBytes : maxPutBytes),
        ...(compiled.multipartFrom !== undefined && {
          multipartFrom: Math.min(compiled.multipartFrom, maxPutBytes),
        }),
      }),
    },
    missing,
  };
}

/** A scanner is a server of the deployment. What it alone checks has no quarantine then. */
function fitQuarantine(
  quarantine: NonNullable<PolicyDefinition["quarantine"]>,
): Pick<PolicyDefinition, "quarantine"> {
  const { scanner: _, ...rest } = quarantine;
  return rest.verify?.length === 0 ? {} : { quarantine: rest };
}
