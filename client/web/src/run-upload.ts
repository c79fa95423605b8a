/** The steps of an upload, each from where the last one was interrupted. */
import type { Completed } from "./answers.ts";
import { begin } from "./create-upload.ts";
import { completeIfPossible, discardIfPossible, isGone } from "./complete.ts";
import { hasCode } from "./error.ts";
import type { Begun, Job } from "./upload-context.ts";
import { recall } from "./resume.ts";
import { partsOf, sendParts } from "./send-multipart.ts";
import { sendWhole } from "./send-single-part.ts";

/** What is under way, or was. */
export interface Course {
  begun: Begun | undefined;
}

/** Until it is completed. Rejects with the signal's reason where it is interrupted. */
export async function advance(job: Job, course: Course, signal: AbortSignal): Promise<Completed> {
  signal.throwIfAborted();
  if (!course.begun) {
    job.options.onPhase?.("preparing");
    course.begun = (await recall(job)) ?? (await begin(job, signal));
    signal.throwIfAborted();
  }
  const { begun } = course;
  if (begun.kind === "whole") return sendWhole(job, begun, signal);
  try {
    await job.memory.save(begun);
    return await sendParts(job, begun, signal);
  } catch (error) {
    if (!begun.isResumed || !isGone(error)) throw error;
    signal.throwIfAborted();
    // It was completed, and only that answer was lost; or it is over, and the file is sent anew.
    const late = await completeIfPossible(job, begun.id, partsOf(begun));
    if (late) return late;
    await job.memory.forget();
    course.begun = undefined;
    return advance(job, course, signal);
  }
}

/** After a failure: what another try of the same file can go on with stays, anything else is given back. */
export async function giveUp(job: Job, { begun }: Course, error: unknown): Promise<void> {
  if (begun?.kind === "parts" && job.memory.isKept && !isOver(error)) return;
  await job.memory.forget();
  if (begun) await discardIfPossible(job, begun.id);
}

function isOver(error: unknown): boolean {
  return (
    isGone(error) ||
    hasCode(error, "already-exists") ||
    (hasCode(error, "verification-failed") && error.upload === "rejected")
  );
}
