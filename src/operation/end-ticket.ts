/** Ends the ticket of an aborted or rejected upload before it expires. */
import type { Ledger } from "../ledger/client.ts";
import type { FinishedRecord } from "../ledger/record.ts";
import type { Service } from "../service.ts";
import { putAbortMark } from "../store/object.ts";
import { abortParts, cleanUp, removeFinal, removeLeftover } from "./cleanup.ts";
import { locateUpload, type LocatedUpload } from "./locate.ts";
import { ownsKey } from "./record.ts";

type EndedRecord = Pick<FinishedRecord, "claims" | "isReserved">;

/**
 * Removes what the upload has stored, and releases what it reserves if its tickets can store nothing more.
 * Returns whether that is so. Throws `StoreUnavailable` and `ledger-unavailable`.
 */
export async function endTicket(
  service: Service,
  ledger: Ledger,
  { claims, isReserved }: EndedRecord,
): Promise<boolean> {
  const upload = locateUpload(service, claims);
  const isOver = await endInStore(service, upload, await ownsKey(ledger, claims));
  // A ledger that still runs release 0.1.0 reserves nothing here, and has no such call.
  if (isOver && isReserved) await ledger.release(claims.jti);
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
  if (claims.partSize !== undefined) return endParts(service, upload);
  // Nothing else deletes the mark while the ticket works: where it cannot be put, the bytes stay reserved.
  if (isRefusedOverObject(service, upload)) {
    await removeFinal(upload);
    return (await putAbortMark(location, writer)) && !mayDelete(service, claims);
  }
  await cleanUp(upload, service.log);
  return false;
}

/** Returns whether the multipart upload is over, and nothing of it stays. */
async function endParts({ log }: Service, upload: LocatedUpload): Promise<boolean> {
  const isAborted = await abortParts(upload);
  const { kind } = await removeLeftover(upload, { isKeyShared: false, isLast: false }, log);
  // Without parts and without an object the store may be joining the parts: the object comes later.
  return kind === "deleted" || (kind === "nothing" && isAborted);
}

/** Returns whether the store refuses the ticket while there is an object under its key. */
function isRefusedOverObject({ config }: Service, { claims, location }: LocatedUpload): boolean {
  const policy = config.policies.get(claims.policy);
  const isSigned = policy && !policy.overwrite && !policy.allowContentTypeOnly;
  return isSigned === true && location.store.provider.noOverwrite?.trust === "enforced";
}

/** Returns whether the caller may delete objects: a deletion that has looked before the mark came deletes it. */
function mayDelete({ config }: Service, { policy }: LocatedUpload["claims"]): boolean {
  return config.policies.get(policy)?.delete === true;
}
