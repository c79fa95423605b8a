/** Settles an upload whose object has arrived, without its client. */
import { ticketKeyOf } from "../grant/upload-claims.ts";
import type { Ledger } from "../ledger/client.ts";
import type { UploadRecord } from "../ledger/record.ts";
import type { Service } from "../service.ts";
import type { Store } from "../store/store.ts";
import type { BucketEvent } from "./bucket-event.ts";
import { endTicket } from "./end-ticket.ts";
import { locateUpload } from "./locate.ts";
import { promoteAndSettle } from "./promote-in-time.ts";
import { verifyUpload } from "./verify.ts";

/**
 * Asks the store what is under the key, and settles the upload that waits for it, as the alarm would. Returns
 * whether the ledger has an upload that can have stored it. Throws `ledger-unavailable` and `StoreUnavailable`.
 */
export async function settleArrived(
  service: Service,
  ledger: Ledger,
  { event, finalKey }: Arrived,
  stores: readonly Store[],
): Promise<boolean> {
  const names = stores.map(({ name }) => name);
  const records = await ledger.findByKey(finalKey, names);
  const matching = records.filter((record) => canStore(record, event));
  // Of several uploads of one key the event does not say which one has arrived: the client does, or the alarm.
  const waiting = matching.find(({ claims, status }) => claims.unique && WAITING.has(status));
  // A copy of parts to the final key is a promotion, which settles the upload itself.
  if (waiting && ticketKeyOf(waiting.claims) === event.key) await settle(service, ledger, waiting);
  return matching.length > 0;
}

interface Arrived {
  readonly event: BucketEvent;
  /** Where the object is in the end: under a policy with a quarantine the event may be of its pending key. */
  readonly finalKey: string;
}

/** A late object completes an expired upload too. */
const WAITING: ReadonlySet<UploadRecord["status"]> = new Set(["pending", "expired"]);

/** A ticket for one PUT cannot complete parts, nor the other way round. The abort mark is one PUT. */
function canStore({ claims, status }: UploadRecord, { kind, key }: BucketEvent): boolean {
  if (ticketKeyOf(claims) !== key) return claims.pendingKey !== undefined && kind === "multipart";
  if (status === "aborted" || status === "rejected") return true;
  return (claims.partSize !== undefined) === (kind === "multipart");
}

async function settle(
  service: Service,
  ledger: Ledger,
  { claims }: Pick<UploadRecord, "claims">,
): Promise<void> {
  const upload = locateUpload(service, claims);
  if (claims.pendingKey !== undefined) {
    // What takes longer, or fails, is left to the alarm.
    await promoteAndSettle(service, upload, { ledger });
    return;
  }
  const outcome = await verifyUpload(upload);
  // Deleted again meanwhile.
  if (!outcome) return;
  const settled = await ledger.settle(claims.jti, outcome);
  // Should this fail, the ledger's alarm removes what was rejected.
  if (settled?.status === "rejected") await endTicket(service, ledger, settled);
}
