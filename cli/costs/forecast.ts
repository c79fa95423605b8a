/** What a month costs: the uploads of each policy, by what its configuration makes them use. */
import type { Config } from "../../src/config/config.ts";
import { billOf, storeBillOf, toCents, type Bill } from "./bill.ts";
import { describeFeatures, featuresOf, type Features } from "./features.ts";
import { MEASURED } from "./measured.ts";
import { usageOf } from "./per-upload.ts";
import { PLAN, STORE_PRICES, type PricedStore } from "./published.ts";
import type { SizeClass } from "./traffic.ts";
import { addUsages, priceOf, storePriceOf, type Usage } from "./usage.ts";

/** The uploads of a month. */
export interface Load {
  /** Empty for requests without one, and `*` for batches of several. */
  readonly policy: string;
  readonly sizes: readonly SizeClass[];
  /** As they were counted; `undefined` for those that the uploads need. */
  readonly requests?: number;
  readonly downloads?: number;
}

interface PolicyForecast {
  readonly policy: string;
  readonly with: readonly string[];
  readonly uploads: number;
  readonly bytes: number;
  readonly usage: Usage;
  /** US dollars, as if nothing were included. The store's are `undefined` where its prices are not known. */
  readonly fullPrice: number;
  readonly store: { readonly title: string; readonly fullPrice: number | undefined };
}

export interface Forecast {
  readonly policies: readonly PolicyForecast[];
  readonly usage: Usage;
  /** US dollars of the plan itself. */
  readonly plan: number;
  readonly cloudflare: Bill;
  /** For each store with known prices: its requests, and what new files cost for each month that they stay. */
  readonly stores: readonly (Bill & {
    readonly title: string;
    readonly bytes: number;
    readonly storageDollars: number;
  })[];
  /** US dollars of Cloudflare and the requests of those stores. */
  readonly dollars: number;
}

export const MONTH_DAYS = 30;
const MONTH_SECONDS = MONTH_DAYS * 86_400;
/** Each isolate that has requests reads the revocations so often: src/ledger/known-revocations.ts. */
const REVOCATIONS_SECONDS = 10;
/** How many isolates are taken to be busy all the time. It was not measured on Cloudflare. */
export const ISOLATES = 10;

type Settings = Pick<Config, "policies" | "webhook" | "audit" | "revocations">;

export function forecast(config: Settings, loads: readonly Load[], hasEvents = false): Forecast {
  const all = new Map(
    Array.from(config.policies, ([name, policy]) => [name, featuresOf(policy, config, hasEvents)]),
  );
  const priced = loads.map((load) => priceLoad(load, featuresFor(load.policy, all)));
  const policies = priced.map(({ forecast: one }) => one);
  const uploads = addUsages(policies.map(({ usage }) => [usage, 1]));
  const usage = config.revocations ? withRevocations(uploads) : uploads;
  const cloudflare = billOf(usage);
  const stores = storesOf(priced);
  const requests = stores.reduce((sum, { dollars }) => sum + dollars, 0);
  const dollars = toCents(PLAN.dollars + cloudflare.dollars + requests);
  return { policies, usage, plan: PLAN.dollars, cloudflare, stores, dollars };
}

const NOTHING: Features = {
  hasLedger: false,
  hasWindows: false,
  hasStored: false,
  hasWebhook: false,
  hasQuarantine: false,
  hasEvents: false,
  audit: undefined,
  multipartFrom: undefined,
  maxParts: 10_000,
  store: { title: "", price: undefined },
};

/** A batch of several policies is taken as if it were all of the dearest one. */
function featuresFor(policy: string, all: ReadonlyMap<string, Features>): Features {
  if (policy !== "*") return all.get(policy) ?? NOTHING;
  const dearest = [...all.values()].toSorted((one, other) => priceOfOne(other) - priceOfOne(one));
  return dearest[0] ?? NOTHING;
}

const priceOfOne = (features: Features) => priceOf(usageOf(features, 1));

interface Priced {
  readonly price: PricedStore | undefined;
  readonly forecast: PolicyForecast;
}

function priceLoad({ policy, sizes, requests, downloads = 0 }: Load, features: Features): Priced {
  const { title, price } = features.store;
  const needed = addUsages(
    sizes.map(({ uploads, bytes }) => [usageOf(features, bytes / uploads), uploads]),
  );
  const uploads = sizes.reduce((sum, one) => sum + one.uploads, 0);
  const usage = {
    ...needed,
    // A batch of bucket events has no line in the log.
    ...(requests !== undefined && {
      workerRequests: requests + (features.hasEvents ? uploads : 0),
    }),
    storeReads: needed.storeReads + downloads,
  };
  return {
    price,
    forecast: {
      policy,
      with: describeFeatures(features),
      uploads,
      bytes: sizes.reduce((sum, one) => sum + one.bytes, 0),
      usage,
      fullPrice: toCents(priceOf(usage)),
      store: {
        title,
        fullPrice: price === undefined ? undefined : toCents(storePriceOf(usage, price)),
      },
    },
  };
}

function withRevocations(usage: Usage): Usage {
  const most = (ISOLATES * MONTH_SECONDS) / REVOCATIONS_SECONDS;
  const reads = Math.min(usage.workerRequests, most);
  return addUsages([
    [usage, 1],
    [MEASURED.revocations, reads],
    [MEASURED.stateless, -reads],
  ]);
}

function storesOf(priced: readonly Priced[]): Forecast["stores"] {
  const byStore = Map.groupBy(priced, ({ price }) => price);
  return [...byStore].flatMap(([price, all]) => {
    if (price === undefined) return [];
    const { title, gbMonth } = STORE_PRICES[price];
    const usage = addUsages(all.map(({ forecast: one }) => [one.usage, 1]));
    const bytes = all.reduce((sum, { forecast: one }) => sum + one.bytes, 0);
    const storageDollars = toCents((bytes / 1e9) * gbMonth);
    return [{ title, ...storeBillOf(usage, price), bytes, storageDollars }];
  });
}
