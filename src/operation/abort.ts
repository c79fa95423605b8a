/** Aborts an upload: deletes what it left in the store, and releases its quota if its ticket can store nothing more. */
import { actOf } from "../audit/act.ts";
import type { Caller } from "../grant/authenticate.ts";
import type { Ledger } from "../ledger/client.ts";
import type { UploadRecord } from "../ledger/record.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { StoreUnavailable } from "../store/request.ts";
import { abortParts } from "./cleanup.ts";
import { endTicket } from "./end-ticket.ts";
import { locateUpload } from "./locate.ts";
import { findLedger, refuseOld } from "./record.ts";

/**
 * Aborts the upload, also again. Returns whether bytes and place stay reserved until the ticket can store
 * nothing more.
 * Without a ledger nothing is reserved, and the object of a single PUT stays: it may have been completed.
 * Throws `upload-not-found`, `already-completed`, `ledger-unavailable` and, without a ledger,
 * `store-unavailable`.
 */
export async function abortUpload(service: Service, caller: Caller, id: string): Promise<boolean> {
  const claims = await service.uploadIds.open(id, caller);
  const ledger = findLedger(service, caller, claims);
  if (!ledger) {
    if (claims.uploadId !== undefined) await abortParts(locateUpload(service, claims));
    service.watch?.records(actOf("upload.aborted", claims));
    return false;
  }
  const record = (await ledger.settle(claims.jti, { status: "aborted" })) ?? refuseOld();
  if (record.status === "completed")
    throw new Problem("already-completed", "A completed upload cannot be aborted");
  return endAborted(service, ledger, record);
}

/**
 * Deletes what an aborted upload left in the store. Returns whether bytes and place stay reserved. Throws
 * `ledger-unavailable`.
 */
export async function endAborted(
  service: Service,
  ledger: Ledger,
  record: UploadRecord,
): Promise<boolean> {
  if (record.status !== "aborted" && record.status !== "rejected") return false;
  const isReserved = record.isReserved ?? false;
  try {
    // The claims of the record: an id may be older than the store's multipart upload.
    return !(await endTicket(service, ledger, record)) && isReserved;
  } catch (error) {
    // The ledger's alarm cleans up again when nothing can arrive any more.
    if (!(error instanceof StoreUnavailable)) throw error;
    return isReserved;
  }
}
