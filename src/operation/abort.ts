/** Aborts an upload: releases its quota, and deletes what it left in the store. */
import type { Caller } from "../grant/authenticate.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { StoreUnavailable } from "../store/request.ts";
import { abortParts, cleanUp } from "./cleanup.ts";
import { locateUpload } from "./locate.ts";
import { findLedger, ownsKey, refuseOld } from "./record.ts";

/**
 * Idempotent. Without a ledger no quota is released, and the object of a single PUT stays: it may have
 * been completed. Throws `upload-not-found`, `already-completed` and `store-unavailable`.
 */
export async function abortUpload(service: Service, caller: Caller, id: string): Promise<void> {
  const claims = await service.uploadIds.open(id, caller);
  const ledger = findLedger(service, caller, claims);
  if (!ledger) {
    if (claims.uploadId !== undefined) await abortParts(locateUpload(service, claims));
    return;
  }
  const record = (await ledger.settle(claims.jti, { status: "aborted" })) ?? refuseOld();
  if (record.status === "completed")
    throw new Problem("already-completed", "A completed upload cannot be aborted");
  if (record.status !== "aborted") return;
  try {
    // The claims of the record: an id may be older than the store's multipart upload.
    const upload = locateUpload(service, record.claims);
    if (await ownsKey(ledger, claims)) await cleanUp(upload, service.log);
    else await abortParts(upload);
  } catch (error) {
    // The ledger's alarm cleans up again when nothing can arrive any more.
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}
