/** Aborting an upload: the store deletes its parts, and the quota gets its bytes back. */
import { isNothing } from "./answers.ts";
import type { UploadContext } from "./upload-context.ts";

/** Aborts the upload. */
export async function abortUpload(
  { call }: UploadContext,
  id: string,
  triesOnce = false,
): Promise<void> {
  return call(isNothing, `DELETE /v1/uploads/${id}`, { triesOnce });
}

/** Aborts the upload, and ignores a failure: an abandoned upload expires by itself. */
export async function tryToAbort(context: UploadContext, id: string): Promise<void> {
  await abortUpload(context, id, true).catch(() => undefined);
}

/**
 * Deletes a stored object, and ignores a failure: not every policy allows it. Without a ledger,
 * aborting an upload does not delete its object.
 */
export async function tryToDelete(
  { call }: UploadContext,
  policy: string,
  key: string,
): Promise<void> {
  const request = { body: { policy, key }, triesOnce: true };
  await call(isNothing, "DELETE /v1/objects", request).catch(() => undefined);
}
