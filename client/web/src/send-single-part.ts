/** A file in one PUT. */
import type { Completed } from "./answers.ts";
import { begin } from "./create-upload.ts";
import { complete, completeIfPossible, discardIfPossible, isStillPending } from "./complete.ts";
import { UploadError, hasCode } from "./error.ts";
import { isTicketRefused, type Job, type WholeUpload } from "./upload-context.ts";
import { retry } from "./retry.ts";

/** Before a file counts as one that cannot be sent. */
const MAX_ROUNDS = 3;
const MAX_RENEWALS = 2;

/** Sends and completes; goes on from what `upload` says where it was interrupted. */
export async function sendWhole(
  job: Job,
  upload: WholeUpload,
  signal: AbortSignal,
): Promise<Completed> {
  for (let round = 1; ; round += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- sent again where the store has nothing
      if (upload.sent !== "yes") await putWhole(job, upload, signal);
      // oxlint-disable-next-line no-await-in-loop -- as above
      return await complete(job, upload.id, { etag: upload.etag }, signal);
    } catch (error) {
      signal.throwIfAborted();
      // oxlint-disable-next-line no-await-in-loop -- as above
      const late = await findLate(job, upload, error);
      if (late) return late;
      const isThere = upload.sent !== "no";
      const isMissing = isStillPending(error) || (isThere && hasCode(error, "upload-expired"));
      if (!isMissing || round >= MAX_ROUNDS) throw error;
      upload.sent = "no";
      upload.etag = undefined;
    }
  }
}

/** Every answer of the store was lost, as a page sees also those that it may not read: it may be there. */
async function findLate(
  job: Job,
  { id, sent }: WholeUpload,
  error: unknown,
): Promise<Completed | undefined> {
  return sent === "unknown" && hasCode(error, "network")
    ? completeIfPossible(job, id, {})
    : undefined;
}

/** Until it is stored, or until only `complete` can tell whether it is. */
async function putWhole(job: Job, upload: WholeUpload, signal: AbortSignal): Promise<void> {
  const { world, options } = job;
  options.onPhase?.("sending");
  let renewals = 0;
  const attempt = async (): Promise<void> => {
    const wasUnknown = upload.sent === "unknown";
    if (!upload.held.isValid()) {
      if (wasUnknown) return;
      await renew(job, upload, signal);
    }
    const { key } = upload.held.ticket;
    try {
      await putOnce(job, upload, signal);
    } catch (error) {
      const isTaken = hasCode(error, "store-refused") && error.status === 412;
      if (!isTaken && !isTicketRefused(error)) throw error;
      // It may be there: 412 says so where the answer before was lost.
      if (wasUnknown) return;
      renewals += 1;
      if (renewals > MAX_RENEWALS) throw error;
      await renew(job, upload, signal);
      if (isTaken && upload.held.ticket.key === key) throw alreadyThere(error);
      await attempt();
    }
  };
  await retry(attempt, { world, signal, onRetry: options.onRetry });
}

async function putOnce(job: Job, upload: WholeUpload, signal: AbortSignal): Promise<void> {
  const before = upload.sent;
  upload.sent = "unknown";
  try {
    const onSent = (bytes: number) => job.onSent(1, bytes);
    const { ticket } = upload.held;
    upload.etag = await job.put({ ticket, body: job.file, signal, onSent });
    upload.sent = "yes";
  } catch (error) {
    const status = hasCode(error, "store-refused") ? error.status : undefined;
    // What was refused was not stored.
    if (status !== undefined && status < 500) upload.sent = before;
    throw error;
  }
}

const alreadyThere = (cause: unknown) =>
  new UploadError("already-exists", "There is another object under this key", {
    status: 412,
    cause,
  });

/** Another ticket, and the old one is given back: its quota counts as long as it is pending. */
async function renew(job: Job, upload: WholeUpload, signal: AbortSignal): Promise<void> {
  await discardIfPossible(job, upload.id);
  const fresh = await begin(job, signal);
  upload.id = fresh.id;
  if (fresh.kind !== "whole")
    throw new UploadError("unexpected-answer", "The policy wants parts since a moment ago");
  upload.held = fresh.held;
  signal.throwIfAborted();
}
