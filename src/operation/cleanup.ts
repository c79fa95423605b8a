/** Removes from the store what an ended upload left there. */
import type { Leftover } from "../ledger/leftover.ts";
import type { Log } from "../log.ts";
import { abortMultipart } from "../store/multipart.ts";
import { deleteObject, findObject, isAbortMark } from "../store/object.ts";
import { StoreUnavailable } from "../store/request.ts";
import { finalLocation, type LocatedUpload } from "./locate.ts";

/**
 * Aborts the multipart upload, if there is one. Returns `false` for one that the store does not have: it was
 * completed or aborted, or is being completed. Throws `StoreUnavailable`.
 */
export async function abortParts({ claims, location, writer }: LocatedUpload): Promise<boolean> {
  return claims.uploadId === undefined || abortMultipart(location, claims.uploadId, writer);
}

/**
 * Deletes what a promotion has copied: only where the upload has ended without an object, or its object was
 * deleted. Throws `StoreUnavailable`.
 */
export async function removeFinal(upload: LocatedUpload): Promise<void> {
  const { claims, reader, writer } = upload;
  if (claims.pendingKey === undefined || !claims.unique) return;
  const final = finalLocation(upload);
  if (!(await findObject(final, reader))) return;
  if ((await deleteObject(final, reader)) || (await deleteObject(final, writer))) return;
  throw new StoreUnavailable("DELETE of a copy was refused");
}

/** Deletes what a ticket has put where a promoted file was pending, and its copy if that was deleted. Throws `StoreUnavailable`. */
export async function cleanUpPromoted(
  upload: LocatedUpload,
  isDeleted: boolean,
  log: Log,
): Promise<void> {
  if (await findObject(upload.location, upload.reader)) await remove(upload, log);
  if (isDeleted) await removeFinal(upload);
}

/** Aborts the parts, and deletes the object if no other upload can have its key. Throws `StoreUnavailable`. */
export async function cleanUp(upload: LocatedUpload, log: Log): Promise<void> {
  await removeFinal(upload);
  await abortParts(upload);
  if (upload.claims.unique) await remove(upload, log);
}

interface Look {
  /** Another upload may have the object. */
  readonly isKeyShared: boolean;
  /** The record is about to be deleted: the abort mark goes too. */
  readonly isLast: boolean;
}

/** Aborts the parts, deletes what may be deleted, and returns what was found. Throws `StoreUnavailable`. */
export async function cleanUpAndLook(
  upload: LocatedUpload,
  look: Look,
  log: Log,
): Promise<Leftover> {
  await abortParts(upload);
  return removeLeftover(upload, look, log);
}

/** Deletes what may be deleted, and returns what was found. Throws `StoreUnavailable`. */
export async function removeLeftover(
  upload: LocatedUpload,
  { isKeyShared, isLast }: Look,
  log: Log,
): Promise<Leftover> {
  if (!isKeyShared) await removeFinal(upload);
  const object = await findObject(upload.location, upload.reader);
  const isMark = object !== undefined && isAbortMark(object);
  if (!object || (isMark && !isLast)) return { kind: "nothing" };
  const mayDelete = upload.claims.unique && (isMark || !isKeyShared);
  if (mayDelete && (await remove(upload, log))) return { kind: "deleted" };
  return isMark ? { kind: "nothing" } : { kind: "stays", object };
}

async function remove({ claims, location, reader, writer }: LocatedUpload, log: Log) {
  const isDeleted =
    (await deleteObject(location, reader)) || (await deleteObject(location, writer));
  if (!isDeleted) log("cleanup-refused", { upload: claims.jti, store: claims.store });
  return isDeleted;
}
