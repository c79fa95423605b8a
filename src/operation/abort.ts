/** The client gives up: its bytes are released, and what it sent is taken away. */
import type { Caller } from "../grant/authenticate.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { StoreUnavailable } from "../store/request.ts";
import { abandon, sweep } from "./cleanup.ts";
import { ledgerFor, ownsKey, settleIn } from "./ledger.ts";
import { orStoreUnavailable } from "./locate.ts";

/**
 * Idempotent. Without a ledger there is nothing to release, and of a single PUT nothing is taken
 * away: nobody could tell one under way from one that was completed. Throws `upload-not-found`,
 * `already-completed`, `store-unavailable`.
 */
export async function abortUpload(service: Service, caller: Caller, id: string): Promise<void> {
  const claims = await service.uploadIds.open(id, caller);
  const ledger = ledgerFor(service, caller, claims);
  if (!ledger) return orStoreUnavailable(async () => abandon(service, claims));
  const record = await settleIn(ledger, claims, { status: "aborted" });
  if (!record) {
    throw new Problem("upload-not-found", "The upload is over, and its record is no longer kept");
  }
  if (record.status === "completed") {
    throw new Problem("already-completed", "A completed upload cannot be aborted");
  }
  if (record.status !== "aborted") return undefined;
  try {
    // The record knows what the id may not: an id is given before the store has named the upload.
    const takeAway = (await ownsKey(ledger, claims)) ? sweep : abandon;
    await takeAway(service, record.claims);
  } catch (error) {
    // The ledger's alarm sweeps again when nothing can arrive any more.
    if (!(error instanceof StoreUnavailable)) throw error;
  }
  return undefined;
}
