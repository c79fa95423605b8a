/** What is billed for a month, after what is included. */
import { PRICES, STORE_PRICES, type PricedStore } from "./published.ts";
import { toUnits, type Usage } from "./usage.ts";

export interface BillLine {
  readonly name: keyof typeof PRICES | "storeWrites" | "storeReads";
  readonly label: string;
  readonly amount: number;
  readonly included: number;
  /** US dollars for a million. */
  readonly perMillion: number;
  readonly dollars: number;
}

export interface Bill {
  /** What was not used has none. */
  readonly lines: readonly BillLine[];
  readonly dollars: number;
}

/** Returns what Cloudflare bills beside the plan itself. */
export function billOf(usage: Usage): Bill {
  const units = toUnits(usage);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
  const names = Object.keys(PRICES) as readonly (keyof typeof PRICES)[];
  return toBill(names.map((name) => ({ name, ...PRICES[name], amount: units[name] })));
}

/** Returns what the store bills for its requests. */
export function storeBillOf({ storeWrites, storeReads }: Usage, store: PricedStore): Bill {
  const { title, write, read, includedWrites, includedReads } = STORE_PRICES[store];
  return toBill([
    {
      name: "storeWrites",
      label: `${title}: PUTs, parts, POSTs`,
      amount: storeWrites,
      included: includedWrites,
      perMillion: write,
    },
    {
      name: "storeReads",
      label: `${title}: HEADs, GETs`,
      amount: storeReads,
      included: includedReads,
      perMillion: read,
    },
  ]);
}

function toBill(items: readonly Omit<BillLine, "dollars">[]): Bill {
  const lines = items
    .filter(({ amount }) => amount > 0)
    .map(({ name, label, amount, included, perMillion }) => ({
      name,
      label,
      amount: Math.round(amount),
      included,
      perMillion,
      dollars: toCents((Math.max(0, amount - included) * perMillion) / 1e6),
    }));
  return { lines, dollars: toCents(lines.reduce((sum, { dollars }) => sum + dollars, 0)) };
}

/** As a bill has it. */
export function toCents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}
