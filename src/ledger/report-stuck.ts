import type { LedgerDependencies } from "./dependencies.ts";
import type { LedgerStorage } from "./storage.ts";
import { findStuck, isReportDue, rememberReport, reportedAtMs } from "./stuck.ts";

/** Tells the directory whether the ledger of this id is stuck, if that has changed. Part of the alarm. */
export async function reportStuck(
  storage: LedgerStorage,
  ledger: string,
  { now, directory, log }: LedgerDependencies,
): Promise<void> {
  const { sql } = storage;
  const work = findStuck(sql);
  if (!isReportDue(work, reportedAtMs(sql), now())) return;
  if (!work) await directory.removeStuck(ledger);
  else if (!(await directory.addStuck({ ledger, work })))
    log("directory-full", { kind: work.kind });
  storage.transact(() => rememberReport(sql, work && now()));
}
