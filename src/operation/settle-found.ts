/** Settles an upload with what was found in the store, and cleans up after one that was rejected or aborted meanwhile. */
import { lastArrivalMs, type UploadClaims } from "../grant/upload-claims.ts";
import { endingOf } from "../ledger/ending-of.ts";
import type { Ledger } from "../ledger/client.ts";
import type { FinishedRecord, Outcome, UploadRecord } from "../ledger/record.ts";
import { reportSettled } from "../ledger/report-settled.ts";
import { describeError } from "../log.ts";
import type { Service } from "../service.ts";
import { cleanUp } from "./cleanup.ts";
import { endTicket } from "./end-ticket.ts";
import { locateUpload, type LocatedUpload } from "./locate.ts";
import { refuseOld } from "./record.ts";

/** Returns the record. It decides: another request may have completed or aborted the upload meanwhile. Throws `ledger-unavailable`. */
export async function settleFound(
  service: Service,
  ledger: Ledger | undefined,
  upload: LocatedUpload,
  outcome: Outcome,
): Promise<UploadRecord> {
  const { claims } = upload;
  const settled = ledger
    ? ((await ledger.settle(claims.jti, outcome)) ?? refuseOld())
    : { ...recordWithoutLedger(claims, service.now()), ...outcome };
  if (!ledger) {
    reportSettled(service, settled, { by: "request" });
    const act = endingOf(settled);
    if (act) service.watch?.records(act);
  }
  if (settled.status === "rejected" || settled.status === "aborted")
    await tryCleanUp(service, ledger, settled);
  return settled;
}

/** Returns the fields of a record that is kept nowhere. */
export function recordWithoutLedger(
  claims: UploadClaims,
  nowMs: number,
): { readonly claims: UploadClaims; readonly createdAtMs: number; readonly finishedAtMs: number } {
  return { claims, createdAtMs: claims.iat * 1000, finishedAtMs: nowMs };
}

/** The alarm of a ledger tries again later. Without a ledger, lifecycle rules of the store remain. */
async function tryCleanUp(
  service: Service,
  ledger: Ledger | undefined,
  settled: FinishedRecord,
): Promise<void> {
  const { claims } = settled;
  try {
    if (ledger) await endTicket(service, ledger, settled);
    // Without a record an old upload may have been completed before: then nothing is deleted.
    else if (service.now() < lastArrivalMs(claims))
      await cleanUp(locateUpload(service, claims), service.log);
  } catch (error) {
    service.log("cleanup-failed", { upload: claims.jti, reason: describeError(error) });
  }
}
