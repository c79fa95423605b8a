/** Completing an upload: the service checks what is stored, and gives a receipt. */
import { isCompletion, type Completed } from "./answers.ts";
import { hasCode } from "./error.ts";
import { loadLater } from "./load-later.ts";
import type { UploadContext } from "./upload-context.ts";

/** What the store answered to the PUTs. */
export interface Sent {
  readonly etag?: string | undefined;
  readonly parts?: readonly { readonly partNumber: number; readonly etag: string }[];
}

/** Completes the upload. Can be called again safely. Without a signal there is no retry. */
export async function complete(
  context: UploadContext,
  id: string,
  body: Sent,
  signal?: AbortSignal,
): Promise<Completed> {
  context.options.onPhase?.("completing");
  const request = { body, signal, triesOnce: !signal };
  const ask = async () => context.call(isCompletion, `POST /v1/uploads/${id}/complete`, request);
  const answer = await ask();
  if (answer.status === "completed") return answer;
  const { waitUntilChecked } = await loadLater(context, importWaiting, signal);
  return waitUntilChecked(context, answer, { ask, signal });
}

const importWaiting = async () => import("./wait-until-checked.ts");

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
