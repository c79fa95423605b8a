/** The steps of an upload. Each can be interrupted, and continues where it stopped. */
import { tryToAbort } from "./abort.ts";
import type { ActiveUpload } from "./active-upload.ts";
import type { Completed } from "./answers.ts";
import { isGone, tryToComplete } from "./complete.ts";
import { createUpload } from "./create-upload.ts";
import { hasCode } from "./error.ts";
import { loadUpload } from "./resume.ts";
import { listSentParts, sendMultipart } from "./send-multipart.ts";
import { sendSinglePart } from "./send-single-part.ts";
import type { UploadContext } from "./upload-context.ts";

/** Holds the upload between two runs. */
export interface Current {
  upload: ActiveUpload | undefined;
}

/** Runs until the upload is completed. Rejects with the signal's reason when it is interrupted. */
export async function runUpload(
  context: UploadContext,
  current: Current,
  signal: AbortSignal,
): Promise<Completed> {
  signal.throwIfAborted();
  if (!current.upload) {
    context.options.onPhase?.("preparing");
    current.upload = (await loadUpload(context)) ?? (await createUpload(context, signal));
    signal.throwIfAborted();
  }
  const { upload } = current;
  if (upload.kind === "single-part") return sendSinglePart(context, upload, signal);
  try {
    await context.resumeEntry.save(upload);
    return await sendMultipart(context, upload, signal);
  } catch (error) {
    if (!upload.isResumed || !isGone(error)) throw error;
    signal.throwIfAborted();
    // Either it was completed and only the answer was lost, or it has ended and the file is sent again.
    const completed = await tryToComplete(context, upload.id, listSentParts(upload));
    if (completed) return completed;
    await context.resumeEntry.remove();
    current.upload = undefined;
    return runUpload(context, current, signal);
  }
}

/** Cleans up after a failure. Keeps the parts that another try of the same file can use. */
export async function cleanUp(
  context: UploadContext,
  { upload }: Current,
  error: unknown,
): Promise<void> {
  if (upload?.kind === "multipart" && context.resumeEntry.isEnabled && !hasEnded(error)) return;
  await context.resumeEntry.remove();
  if (upload) await tryToAbort(context, upload.id);
}

/** Whether the upload cannot be continued after this error. */
function hasEnded(error: unknown): boolean {
  return (
    isGone(error) ||
    hasCode(error, "already-exists") ||
    (hasCode(error, "verification-failed") && error.upload === "rejected")
  );
}
