/** What only uploads in parts need. It is loaded with the first of them. */
import type { MultipartUpload } from "./active-upload.ts";
import type { Completed } from "./answers.ts";
import { isGone, tryToComplete } from "./complete.ts";
import { listSentParts, sendMultipart, type Run } from "./send-multipart.ts";
import type { UploadContext } from "./upload-context.ts";

export { createResumeEntry } from "./resume-entry.ts";
export { reopenUpload } from "./resume.ts";

/** Sends and completes the upload. Returns `undefined` if it has ended since, and a new one is needed. */
export async function runMultipart(
  context: UploadContext,
  upload: MultipartUpload,
  run: Run,
): Promise<Completed | undefined> {
  const { entry, signal } = run;
  try {
    await entry?.save(upload);
    return await sendMultipart(context, upload, run);
  } catch (error) {
    if (!upload.isResumed || !isGone(error)) throw error;
    signal.throwIfAborted();
    // Either it was completed and only the answer was lost, or it has ended and the file is sent again.
    const completed = await tryToComplete(context, upload.id, listSentParts(upload));
    if (!completed) await entry?.remove();
    return completed;
  }
}
