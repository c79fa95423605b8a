import { readFileSync } from "node:fs";
import type { LedgerCost } from "./measure-ledger.ts";
import type { Outcome } from "./run-scenario.ts";
import type { Usages } from "./tables.ts";

/** All that the command finds out. */
export interface Result {
  readonly date: string;
  readonly usages: Usages;
  /** Absent where the platform does not say what a process has used. */
  readonly ledger?: LedgerCost | undefined;
  readonly quiet: Outcome;
  readonly bad: Outcome;
}

/** Reads what `--json` has saved. */
export function readResult(file: string): Result {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of this program
  return JSON.parse(readFileSync(file, "utf8")) as Result;
}
