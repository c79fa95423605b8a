/** Completing an upload: the service checks what is stored, and gives a receipt. */
import { isCompleted, type Completed } from "./answers.ts";
import { hasCode } from "./error.ts";
import type { UploadContext } from "./upload-context.ts";

/** What the store answered to the PUTs. */
export interface Sent {
  readonly etag?: string | undefined;
  readonly parts?: readonly { readonly partNumber: number; readonly etag: string }[];
}

/** Completes the upload. Can be called again safely. Without a signal there is no retry. */
export async function complete(
  { call, options }: UploadContext,
  id: string,
  body: Sent,
  signal?: AbortSignal,
): Promise<Completed> {
  options.onPhase?.("completing");
  const request = { body, signal, triesOnce: !signal };
  return call(isCompleted, `POST /v1/uploads/${id}/complete`, request);
}

/** Completes the upload, or returns `undefined` if that fails. */
export async function tryToComplete(
  context: UploadContext,
  id: string,
  body: Sent,
): Promise<Completed | undefined> {
  return complete(context, id, body).catch(() => undefined);
}

/** Whether the store does not have the file yet, and it can still be sent. */
export function isStillPending(error: unknown): boolean {
  return hasCode(error, "verification-failed") && error.upload === "pending";
}

/** Whether the service or the store no longer has this upload, or an operator has revoked it. */
export function isGone(error: unknown): boolean {
  return (
    hasCode(error, "upload-expired", "upload-not-found", "already-completed", "revoked") ||
    (hasCode(error, "store-refused") && error.status === 404)
  );
}
