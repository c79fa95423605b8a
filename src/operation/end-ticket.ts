/** Ends the ticket of an aborted or rejected upload before it expires. */
import type { Ledger } from "../ledger/client.ts";
import type { Service } from "../service.ts";
import { putAbortMark } from "../store/object.ts";
import { abortParts, cleanUp } from "./cleanup.ts";
import type { LocatedUpload } from "./locate.ts";
import { ownsKey } from "./record.ts";

/**
 * Removes what the upload has stored, and releases what it reserves if its tickets can store nothing more.
 * Returns whether that is so. Throws `StoreUnavailable` and `ledger-unavailable`.
 */
export async function endTicket(
  service: Service,
  ledger: Ledger,
  upload: LocatedUpload,
): Promise<boolean> {
  const isOver = await endInStore(service, upload, await ownsKey(ledger, upload.claims));
  if (isOver) await ledger.release(upload.claims.jti);
  return isOver;
}

async function endInStore(
  service: Service,
  upload: LocatedUpload,
  isKeyOwn: boolean,
): Promise<boolean> {
  const { claims, location, writer } = upload;
  if (!claims.unique || !isKeyOwn) {
    await abortParts(upload);
    return false;
  }
  const isSinglePart = claims.partSize === undefined;
  // Nothing else deletes the mark while the ticket works: where it cannot be put, the bytes stay reserved.
  if (isSinglePart && isRefusedOverObject(service, upload)) return putAbortMark(location, writer);
  await cleanUp(upload, service.log);
  // The store has confirmed that the multipart upload is over: it accepts no more parts.
  return !isSinglePart;
}

/** Returns whether the store refuses the ticket while there is an object under its key. */
function isRefusedOverObject({ config }: Service, { claims, location }: LocatedUpload): boolean {
  const policy = config.policies.get(claims.policy);
  const isSigned = policy && !policy.overwrite && !policy.allowContentTypeOnly;
  return isSigned === true && location.store.provider.noOverwrite?.trust === "enforced";
}
