/** What a store has of one upload, what becomes of it then, and what is left to take away. */
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { Outcome } from "../ledger/record.ts";
import { abortMultipart } from "../store/multipart.ts";
import { deleteObject, headObject } from "../store/object.ts";
import { askingOf, locate, type Locating } from "./locate.ts";
import { verify } from "./verify.ts";

/** Completed, rejected, or `undefined` where nothing has arrived. Throws `StoreUnavailable`. */
export async function inspect(
  service: Locating,
  claims: UploadClaims,
): Promise<Outcome | undefined> {
  const location = locate(service, claims);
  const found = await headObject(location, askingOf(service, location.store).reader);
  return found && verify(claims, found, location.store.provider);
}

/** Forgets the parts of an upload that will not be completed. Throws `StoreUnavailable`. */
export async function abandon(service: Locating, claims: UploadClaims): Promise<void> {
  if (claims.uploadId === undefined) return;
  const location = locate(service, claims);
  await abortMultipart(location, claims.uploadId, askingOf(service, location.store).writer);
}

/** Takes away what an ended upload left, if no other upload can have its key. Throws `StoreUnavailable`. */
export async function sweep(service: Locating, claims: UploadClaims): Promise<void> {
  await abandon(service, claims);
  if (!claims.unique) return;
  const location = locate(service, claims);
  const { reader, writer } = askingOf(service, location.store);
  const isGone = (await deleteObject(location, reader)) || (await deleteObject(location, writer));
  if (!isGone) service.log("sweep-refused", { upload: claims.jti, store: claims.store });
}

export function bucketOf({ stores }: Locating, { store }: UploadClaims): string {
  return stores.get(store)?.bucket ?? "";
}
