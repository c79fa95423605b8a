/** What something uses of the platform and of a store, and what that costs. */
import { OBJECT_GB, PRICES, STORE_PRICES } from "./published.ts";

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
  /** Requests to the store: PUT, parts, POST and lists of parts; HEAD. */
  readonly storeWrites: number;
  readonly storeReads: number;
}

/** What a ticket and a completion take on average, rounded up: docs/performance.md. */
const CPU_MS_A_REQUEST = 0.3;
/** How long a call of a ledger is taken to last. It was not measured on Cloudflare. */
const CALL_MS = 10;
/** Written, read and deleted. */
const OPERATIONS_A_MESSAGE = 3;

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

export function storePriceOf(usage: Usage, store: keyof typeof STORE_PRICES): number {
  const { write, read } = STORE_PRICES[store];
  return (usage.storeWrites * write + usage.storeReads * read) / 1e6;
}
