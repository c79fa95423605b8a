/** Removes from the store what an ended upload left there. */
import type { Log } from "../log.ts";
import { abortMultipart } from "../store/multipart.ts";
import { deleteObject } from "../store/object.ts";
import type { LocatedUpload } from "./locate.ts";

/** Aborts the multipart upload, if there is one. Throws `StoreUnavailable`. */
export async function abortParts({ claims, location, writer }: LocatedUpload): Promise<void> {
  if (claims.uploadId !== undefined) await abortMultipart(location, claims.uploadId, writer);
}

/** Aborts the parts, and deletes the object if no other upload can have its key. Throws `StoreUnavailable`. */
export async function cleanUp(upload: LocatedUpload, log: Log): Promise<void> {
  await abortParts(upload);
  const { claims, location, reader, writer } = upload;
  if (!claims.unique) return;
  const isDeleted =
    (await deleteObject(location, reader)) || (await deleteObject(location, writer));
  if (!isDeleted) log("cleanup-refused", { upload: claims.jti, store: claims.store });
}
