/** What something uses of the platform and of a store, and what that costs. */
import { OBJECT_GB, PRICES, STORE_PRICES, type PricedStore } from "./published.ts";

export interface Usage {
  /** Requests to the Worker, batches of Queues among them. */
  readonly workerRequests: number;
  /** Calls of ledgers. */
  readonly calls: number;
  readonly alarms: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  /** How long alarms wait for the store and the receiver. */
  readonly alarmMs: number;
  readonly queueMessages: number;
  /** Requests to the store: PUT, parts, copies, POST and lists of parts; HEAD and GET. */
  readonly storeWrites: number;
  readonly storeReads: number;
}

/** What a ticket and a completion take on average, rounded up: docs/performance.md. */
const CPU_MS_A_REQUEST = 0.3;
/** How long a call of a ledger is taken to last. It was not measured on Cloudflare. */
const CALL_MS = 10;
/** Written, read and deleted. */
const OPERATIONS_A_MESSAGE = 3;

/** How many parts the multipart uploads have that are counted; others have as many as one request signs. */
export const MEASURED_PARTS = 100;

/** Returns the units that are billed. */
export function toUnits(usage: Usage): Readonly<Record<keyof typeof PRICES, number>> {
  const { workerRequests, calls, alarms, rowsRead, rowsWritten, alarmMs, queueMessages } = usage;
  return {
    workerRequests,
    cpuMs: workerRequests * CPU_MS_A_REQUEST,
    ledgerRequests: calls + alarms,
    gbSeconds: (((calls + alarms) * CALL_MS + alarmMs) / 1000) * OBJECT_GB,
    rowsRead,
    rowsWritten,
    queueOperations: queueMessages * OPERATIONS_A_MESSAGE,
  };
}

/** Returns the sum of usages, each so many times: a negative number takes one away. */
export function addUsages(parts: readonly (readonly [usage: Usage, times: number])[]): Usage {
  const sum = (name: keyof Usage) =>
    parts.reduce((total, [usage, times]) => total + usage[name] * times, 0);
  return {
    workerRequests: sum("workerRequests"),
    calls: sum("calls"),
    alarms: sum("alarms"),
    rowsRead: sum("rowsRead"),
    rowsWritten: sum("rowsWritten"),
    alarmMs: sum("alarmMs"),
    queueMessages: sum("queueMessages"),
    storeWrites: sum("storeWrites"),
    storeReads: sum("storeReads"),
  };
}

/** Returns US dollars at full price, without what the store bills. */
export function priceOf(usage: Usage): number {
  const {
    workerRequests,
    cpuMs,
    ledgerRequests,
    gbSeconds,
    rowsRead,
    rowsWritten,
    queueOperations,
  } = PRICES;
  const units = toUnits(usage);
  const perMillion =
    units.workerRequests * workerRequests.perMillion +
    units.cpuMs * cpuMs.perMillion +
    units.ledgerRequests * ledgerRequests.perMillion +
    units.gbSeconds * gbSeconds.perMillion +
    units.rowsRead * rowsRead.perMillion +
    units.rowsWritten * rowsWritten.perMillion +
    units.queueOperations * queueOperations.perMillion;
  return perMillion / 1e6;
}

export function storePriceOf(usage: Usage, store: PricedStore): number {
  const { write, read } = STORE_PRICES[store];
  return (usage.storeWrites * write + usage.storeReads * read) / 1e6;
}
