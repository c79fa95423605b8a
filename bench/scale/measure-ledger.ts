/** Measures the CPU time of an upload in one ledger, beside that of an upload without one. */
import { quantile } from "../statistics.ts";
import type { Mode } from "./modes.ts";
import type { Simulator } from "./simulator.ts";

export interface LedgerCost {
  /** Of the service for a ticket and a completion without a ledger. */
  readonly statelessMs: number;
  /** What a quota and a webhook add, until the record is deleted: all of it in one ledger or for it. */
  readonly ledgerMs: number;
}

const TURNS = 7;
const UPLOADS = 300;

/** Returns medians; `undefined` where the platform does not say what a process has used. */
export async function measureLedger(simulator: Simulator): Promise<LedgerCost | undefined> {
  if (process.platform !== "linux") return undefined;
  const stateless: number[] = [];
  const added: number[] = [];
  for (let turn = 0; turn <= TURNS; turn += 1) {
    /* oxlint-disable no-await-in-loop -- two at once would disturb each other */
    const without = await spend(simulator, "stateless");
    const withLedger = await spend(simulator, "webhook");
    /* oxlint-enable no-await-in-loop */
    // The first turn is the warm-up.
    if (turn === 0) continue;
    stateless.push(without);
    added.push(withLedger - without);
  }
  return { statelessMs: quantile(stateless, 0.5), ledgerMs: quantile(added, 0.5) };
}

async function spend({ ask, readCpuMs }: Simulator, mode: Mode): Promise<number> {
  const before = readCpuMs();
  await ask("spend", { mode, count: UPLOADS });
  return (readCpuMs() - before) / UPLOADS;
}
