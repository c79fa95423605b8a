/**
 * What Cloudflare and AWS publish: prices and limits. The only place of these numbers: the command `costs` reads
 * it, `docs/scale.md` is written from it, and a test holds `docs/recipes/costs.md` to it.
 */

/** When stored copies of the pages were read. The pages themselves may say something else by now. */
export const READ_ON = "2026-11-27";

export const PAGES = {
  workersPricing: {
    name: "Workers pricing",
    url: "https://developers.cloudflare.com/workers/platform/pricing/",
  },
  workersLimits: {
    name: "Workers limits",
    url: "https://developers.cloudflare.com/workers/platform/limits/",
  },
  objectsPricing: {
    name: "Durable Objects pricing",
    url: "https://developers.cloudflare.com/durable-objects/platform/pricing/",
  },
  objectsLimits: {
    name: "Durable Objects limits",
    url: "https://developers.cloudflare.com/durable-objects/platform/limits/",
  },
  alarms: {
    name: "Alarms",
    url: "https://developers.cloudflare.com/durable-objects/api/alarms/",
  },
  queuesPricing: {
    name: "Queues pricing",
    url: "https://developers.cloudflare.com/queues/platform/pricing/",
  },
  queuesLimits: {
    name: "Queues limits",
    url: "https://developers.cloudflare.com/queues/platform/limits/",
  },
  r2Pricing: { name: "R2 pricing", url: "https://developers.cloudflare.com/r2/pricing/" },
  s3Pricing: { name: "S3 pricing", url: "https://aws.amazon.com/s3/pricing/" },
} as const;
export type Page = keyof typeof PAGES;

interface Price {
  readonly label: string;
  /** US dollars for a million units. */
  readonly perMillion: number;
  /** Units that the Workers Paid plan includes in a month. */
  readonly included: number;
  readonly page: Page;
}

/** US dollars a month for the Workers Paid plan, which includes what is included below. */
export const PLAN = { dollars: 5, page: "workersPricing" } as const;

/** What the platform bills for the service. */
export const PRICES = {
  workerRequests: {
    label: "requests to the Worker",
    perMillion: 0.3,
    included: 10e6,
    page: "workersPricing",
  },
  cpuMs: {
    label: "CPU, in milliseconds",
    perMillion: 0.02,
    included: 30e6,
    page: "workersPricing",
  },
  ledgerRequests: {
    label: "requests to Durable Objects, alarms among them",
    perMillion: 0.15,
    included: 1e6,
    page: "objectsPricing",
  },
  gbSeconds: {
    label: "duration of Durable Objects, in GB-seconds",
    perMillion: 12.5,
    included: 400_000,
    page: "objectsPricing",
  },
  rowsRead: { label: "rows read", perMillion: 0.001, included: 25e9, page: "objectsPricing" },
  rowsWritten: {
    label: "rows written, deleted ones and alarms that are set among them",
    perMillion: 1,
    included: 50e6,
    page: "objectsPricing",
  },
  queueOperations: {
    label: "operations of Queues: three a message",
    perMillion: 0.4,
    included: 1e6,
    page: "queuesPricing",
  },
} as const satisfies Readonly<Record<string, Price>>;

interface StorePrice {
  readonly title: string;
  /** US dollars for a million requests. */
  readonly write: number;
  readonly read: number;
  /** Requests that are included in a month. */
  readonly includedWrites: number;
  readonly includedReads: number;
  /** US dollars for a gigabyte that is stored for a month. */
  readonly gbMonth: number;
  readonly page: Page;
}

/** What the store's own bill adds. Both delete for nothing. */
export const STORE_PRICES = {
  r2: {
    title: "R2",
    write: 4.5,
    read: 0.36,
    includedWrites: 1e6,
    includedReads: 10e6,
    gbMonth: 0.015,
    page: "r2Pricing",
  },
  /** S3 Standard in US East (N. Virginia), its first 50 TB. */
  s3: {
    title: "S3",
    write: 5,
    read: 0.4,
    includedWrites: 0,
    includedReads: 0,
    gbMonth: 0.023,
    page: "s3Pricing",
  },
} as const satisfies Readonly<Record<string, StorePrice>>;
export type PricedStore = keyof typeof STORE_PRICES;

/** A Durable Object is billed as if it had all of its memory. */
export const OBJECT_GB = 0.128;
/** US dollars for a gigabyte that Durable Objects store for a month. */
export const STORED_GB_MONTH = { dollars: 0.2, includedGb: 5, page: "objectsPricing" } as const;

export const LIMITS = {
  /** "Soft": beyond it calls are queued, and then refused as overloaded. */
  objectRequestsPerSecond: { value: 1000, page: "objectsLimits" },
  objectStorageGb: { value: 10, page: "objectsLimits" },
  alarmsPerObject: { value: 1, page: "alarms" },
  alarmMinutes: { value: 15, page: "objectsLimits" },
  connections: { value: 6, page: "workersLimits" },
  subrequests: { value: 10_000, page: "workersLimits" },
  cpuSeconds: { value: 30, page: "workersLimits" },
  memoryMb: { value: 128, page: "workersLimits" },
  queueMessagesPerSecond: { value: 5000, page: "queuesLimits" },
  queueConsumers: { value: 250, page: "queuesLimits" },
  freeRequestsPerDay: { value: 100_000, page: "workersLimits" },
  freeRowsWrittenPerDay: { value: 100_000, page: "objectsPricing" },
} as const satisfies Readonly<Record<string, { readonly value: number; readonly page: Page }>>;
