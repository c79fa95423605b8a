/** The steps of an upload. Each can be interrupted, and continues where it stopped. */
import { tryToAbort } from "./abort.ts";
import type { ActiveUpload } from "./active-upload.ts";
import type { Completed } from "./answers.ts";
import { isGone } from "./complete.ts";
import { createUpload } from "./create-upload.ts";
import { hasCode } from "./error.ts";
import { loadLater } from "./load-later.ts";
import type * as Multipart from "./multipart.ts";
import type { ResumeEntry } from "./resume-entry.ts";
import { sendSinglePart } from "./send-single-part.ts";
import type { UploadContext } from "./upload-context.ts";

/** Holds the upload between two runs. */
export interface Current {
  upload: ActiveUpload | undefined;
  /** Where it is kept, if it continues after a reload. */
  entry: ResumeEntry | undefined;
}

/** Runs until the upload is completed. Rejects with the signal's reason when it is interrupted. */
export async function runUpload(
  context: UploadContext,
  current: Current,
  signal: AbortSignal,
): Promise<Completed> {
  signal.throwIfAborted();
  current.upload ??= await findOrCreate(context, current, signal);
  signal.throwIfAborted();
  const { upload, entry } = current;
  if (upload.kind === "single-part") return sendSinglePart(context, upload, signal);
  const { runMultipart } = await loadMultipart(context, signal);
  const completed = await runMultipart(context, upload, { entry, signal });
  if (completed) return completed;
  current.upload = undefined;
  return runUpload(context, current, signal);
}

/** Returns the upload that was begun before, or a new one. */
async function findOrCreate(
  context: UploadContext,
  current: Current,
  signal: AbortSignal,
): Promise<ActiveUpload> {
  const { options, resume } = context;
  options.onPhase?.("preparing");
  if (!resume) return createUpload(context, signal);
  const { createResumeEntry, reopenUpload } = await loadMultipart(context, signal);
  current.entry ??= createResumeEntry(context, resume);
  const found = await current.entry?.load();
  return found ? reopenUpload(context, found) : createUpload(context, signal);
}

/** Loads what only multipart uploads need. */
async function loadMultipart(
  context: UploadContext,
  signal: AbortSignal,
): Promise<typeof Multipart> {
  return loadLater(context, async () => import("./multipart.ts"), signal);
}

/** Cleans up after a failure. Keeps the parts that another try of the same file can use. */
export async function cleanUp(
  context: UploadContext,
  { upload, entry }: Current,
  error: unknown,
): Promise<void> {
  if (upload?.kind === "multipart" && entry && !hasEnded(error)) return;
  // The service completes it without the client.
  if (hasCode(error, "still-pending")) return;
  await entry?.remove();
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
