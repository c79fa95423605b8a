/** Settles an upload whose object has arrived, without its client. */
import type { Ledger } from "../ledger/client.ts";
import type { UploadRecord } from "../ledger/record.ts";
import type { Service } from "../service.ts";
import type { Store } from "../store/store.ts";
import type { BucketEvent } from "./bucket-event.ts";
import { endTicket } from "./end-ticket.ts";
import { locateUpload } from "./locate.ts";
import { verifyUpload } from "./verify.ts";

/**
 * Asks the store what is under the key, and settles the upload that waits for it, as the alarm would. Returns
 * whether the ledger has an upload that can have stored it. Throws `ledger-unavailable` and `StoreUnavailable`.
 */
export async function settleArrived(
  service: Service,
  ledger: Ledger,
  { kind, key }: BucketEvent,
  stores: readonly Store[],
): Promise<boolean> {
  const names = stores.map(({ name }) => name);
  const records = await ledger.findByKey(key, names);
  const matching = records.filter((record) => canStore(record, kind));
  // Of several uploads of one key the event does not say which one has arrived: the client does, or the alarm.
  const waiting = matching.find(({ claims, status }) => claims.unique && WAITING.has(status));
  if (waiting) await settle(service, ledger, waiting);
  return matching.length > 0;
}

/** A late object completes an expired upload too. */
const WAITING: ReadonlySet<UploadRecord["status"]> = new Set(["pending", "expired"]);

/** A ticket for one PUT cannot complete parts, nor the other way round. The abort mark is one PUT. */
function canStore({ claims, status }: UploadRecord, kind: BucketEvent["kind"]): boolean {
  if (status === "aborted" || status === "rejected") return true;
  return (claims.partSize !== undefined) === (kind === "multipart");
}

async function settle(
  service: Service,
  ledger: Ledger,
  { claims }: Pick<UploadRecord, "claims">,
): Promise<void> {
  const upload = locateUpload(service, claims);
  const outcome = await verifyUpload(upload);
  // Deleted again meanwhile.
  if (!outcome) return;
  const settled = await ledger.settle(claims.jti, outcome);
  // Should this fail, the ledger's alarm removes what was rejected.
  if (settled?.status === "rejected") await endTicket(service, ledger, upload);
}
