/** Ends an upload as a request or the alarm has found it, and reports that. */
import { lastArrivalMs } from "../grant/upload-claims.ts";
import { recordAct } from "./audit-outbox.ts";
import type { LedgerDependencies } from "./dependencies.ts";
import { endingOf } from "./ending-of.ts";
import type { Outcome, UploadRecord } from "./record.ts";
import { reportSettled } from "./report-settled.ts";
import { findRecord, settle } from "./settle.ts";
import type { LedgerStorage } from "./storage.ts";

interface Settling {
  readonly id: string;
  readonly outcome: Outcome;
  readonly nowMs: number;
  readonly by: "request" | "alarm";
}

/** Returns the record after the change, or unchanged where the upload had ended before. Runs in a transaction. */
export function settleUpload(
  ledger: LedgerStorage,
  { id, outcome, nowMs, by }: Settling,
  dependencies: LedgerDependencies,
): UploadRecord | undefined {
  const before = findRecord(ledger.sql, id);
  if (!before) return undefined;
  const { claims, status, check } = before;
  const quota = dependencies.quotaOf(claims.policy);
  ledger.prepareFor(quota);
  const settled = settle(ledger.sql, id, outcome, {
    quota,
    hasWebhook: dependencies.deliver !== undefined,
    nowMs,
    cleanUpAtMs: lastArrivalMs(claims),
  });
  if (settled && settled.status !== status) {
    reportSettled(dependencies, settled, { by, check });
    recordAct(ledger, endingOf(settled), { audit: dependencies.audit, nowMs });
  }
  return settled;
}
