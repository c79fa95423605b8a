/** The end of an upload: what the service sees in the store, or nothing at all. */
import { isCompleted, isNothing, type Completed } from "./answers.ts";
import { hasCode } from "./error.ts";
import type { Job } from "./upload-context.ts";

/** What the store answered to the PUTs. */
export interface Sent {
  readonly etag?: string | undefined;
  readonly parts?: readonly { readonly partNumber: number; readonly etag: string }[];
}

/** As often as it takes: the service looks into the store each time. Without a signal it asks once. */
export async function complete(
  { ask, options }: Job,
  id: string,
  body: Sent,
  signal?: AbortSignal,
): Promise<Completed> {
  options.onPhase?.("completing");
  const asking = { body, signal, isTriedOnce: !signal };
  return ask(isCompleted, `POST /v1/uploads/${id}/complete`, asking);
}

/** The same where nothing is lost if it fails. */
export async function completeIfPossible(
  job: Job,
  id: string,
  body: Sent,
): Promise<Completed | undefined> {
  return complete(job, id, body).catch(() => undefined);
}

/** The store has not yet what was granted, and it may still be sent. */
export function isStillPending(error: unknown): boolean {
  return hasCode(error, "verification-failed") && error.upload === "pending";
}

/** The service knows no such upload any more. */
export function isGone(error: unknown): boolean {
  return (
    hasCode(error, "upload-expired", "upload-not-found", "already-completed") ||
    (hasCode(error, "store-refused") && error.status === 404)
  );
}

/** `DELETE`: parts are forgotten, the quota's bytes are given back. */
export async function discard({ ask }: Job, id: string, isTriedOnce = false): Promise<void> {
  return ask(isNothing, `DELETE /v1/uploads/${id}`, { isTriedOnce });
}

/** The same where it is a courtesy: an upload that nobody takes up expires by itself. */
export async function discardIfPossible(job: Job, id: string): Promise<void> {
  await discard(job, id, true).catch(() => undefined);
}

/** For a policy without a ledger, of which `DELETE` does not know what was stored. Not all let it be deleted. */
export async function removeIfPossible({ ask }: Job, policy: string, key: string): Promise<void> {
  const asking = { body: { policy, key }, isTriedOnce: true };
  await ask(isNothing, "DELETE /v1/objects", asking).catch(() => undefined);
}
