/** What of a configuration has a price: what each policy has, and the service itself. */
import type { Config, Policy } from "../../src/config/config.ts";
import type { PricedStore } from "./published.ts";

export interface Features {
  /** A record of each upload, with or without a limit. */
  readonly hasLedger: boolean;
  /** `uploads` or `bytes` in a time. */
  readonly hasWindows: boolean;
  /** `stored` or `objects`. */
  readonly hasStored: boolean;
  readonly hasWebhook: boolean;
  readonly hasQuarantine: boolean;
  /** Bucket events settle uploads in place of `complete`. */
  readonly hasEvents: boolean;
  readonly audit: "queue" | "url" | undefined;
  readonly multipartFrom: number | undefined;
  readonly maxParts: number;
  /** The store's title, and which prices it has. */
  readonly store: { readonly title: string; readonly price: PricedStore | undefined };
}

type Settings = Pick<Config, "webhook" | "audit">;

/** Returns what a policy has. Of several stores it is the default one. */
export function featuresOf(
  policy: Policy,
  { webhook, audit }: Settings,
  hasEvents: boolean,
): Features {
  const { quota, quarantine, multipartFrom, stores } = policy;
  const store = stores.get("default") ?? stores.values().next().value;
  const hasLedger = quota !== undefined;
  return {
    hasLedger,
    hasWindows: quota?.uploads !== undefined || quota?.bytes !== undefined,
    hasStored: quota?.stored !== undefined || quota?.objects !== undefined,
    hasWebhook: hasLedger && webhook !== undefined,
    hasQuarantine: quarantine !== undefined,
    hasEvents: hasLedger && hasEvents,
    audit: audit?.kind,
    multipartFrom,
    maxParts: store?.provider.maxParts ?? 10_000,
    store: priceOfStore(store?.providerName, store?.provider.title),
  };
}

/** The embedded store stands for R2. */
function priceOfStore(name: string | undefined, title = ""): Features["store"] {
  if (name === "r2" || name === "local") return { title: "R2", price: "r2" };
  if (name === "aws") return { title: "S3", price: "s3" };
  return { title, price: undefined };
}

/** Returns what is counted, in words of the configuration. */
export function describeFeatures(features: Features): readonly string[] {
  const { hasLedger, hasWindows, hasStored, hasWebhook, hasEvents, hasQuarantine } = features;
  const { audit, multipartFrom } = features;
  const words = [
    !hasLedger && "no quota",
    hasWindows && "quota",
    hasStored && "stored",
    hasLedger && !hasWindows && !hasStored && "a record",
    hasWebhook && "webhook",
    hasQuarantine && "quarantine",
    hasEvents && "bucket events",
    audit === "queue" && "audit in a queue",
    audit === "url" && "audit",
    multipartFrom !== undefined && "multipart",
  ];
  return words.filter((word) => word !== false);
}
