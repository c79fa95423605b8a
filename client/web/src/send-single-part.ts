import { tryToAbort } from "./abort.ts";
import type { SinglePartUpload } from "./active-upload.ts";
import type { Completed } from "./answers.ts";
import { complete, isStillPending, tryToComplete } from "./complete.ts";
import { createUpload } from "./create-upload.ts";
import { UploadError, hasCode } from "./error.ts";
import { retrySending } from "./retry-sending.ts";
import { isTicketRefused } from "./timed-ticket.ts";
import type { UploadContext } from "./upload-context.ts";

/** How often the file is sent before the upload fails. */
const MAX_ROUNDS = 3;
/** How many tickets in a row the store may refuse. Those that expired unused do not count. */
const MAX_REFUSED = 2;

/** Sends the file with one PUT, and completes the upload. */
export async function sendSinglePart(
  context: UploadContext,
  upload: SinglePartUpload,
  signal: AbortSignal,
): Promise<Completed> {
  for (let round = 1; ; round += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- sent again if the store has nothing
      if (upload.sent !== "yes") await sendUntilStored(context, upload, signal);
      // oxlint-disable-next-line no-await-in-loop -- as above
      return await complete(context, upload.id, { etag: upload.etag }, signal);
    } catch (error) {
      signal.throwIfAborted();
      // oxlint-disable-next-line no-await-in-loop -- as above
      const completed = await completeIfStored(context, upload, error);
      if (completed) return completed;
      const mayBeStored = upload.sent !== "no";
      const isMissing = isStillPending(error) || (mayBeStored && hasCode(error, "upload-expired"));
      if (!isMissing || round >= MAX_ROUNDS) throw error;
      upload.sent = "no";
      upload.etag = undefined;
    }
  }
}

/** Completes a file that was sent if every answer of the store was lost, or hidden from the page. */
async function completeIfStored(
  context: UploadContext,
  { id, sent }: SinglePartUpload,
  error: unknown,
): Promise<Completed | undefined> {
  return sent === "unknown" && hasCode(error, "network")
    ? tryToComplete(context, id, {})
    : undefined;
}

/** Sends the file until it is stored, or until only `complete` can tell whether it is. */
async function sendUntilStored(
  context: UploadContext,
  upload: SinglePartUpload,
  signal: AbortSignal,
): Promise<void> {
  context.options.onPhase?.("sending");
  let refused = 0;
  const attempt = async (): Promise<void> => {
    const wasUnknown = upload.sent === "unknown";
    if (!upload.timed.isValid()) {
      if (wasUnknown) return;
      await renewTicket(context, upload, signal);
    }
    const { key } = upload.timed.ticket;
    try {
      await sendOnce(context, upload, signal);
    } catch (error) {
      const isTaken = hasCode(error, "store-refused") && error.status === 412;
      if (!isTaken && !isTicketRefused(error)) {
        refused = 0;
        throw error;
      }
      // After a lost answer, 412 means that the first PUT was stored.
      if (wasUnknown) return;
      refused += 1;
      if (refused > MAX_REFUSED) throw error;
      await renewTicket(context, upload, signal);
      if (isTaken && upload.timed.ticket.key === key) throw alreadyExists(error);
      await attempt();
    }
  };
  await retrySending(context, attempt, signal);
}

async function sendOnce(
  context: UploadContext,
  upload: SinglePartUpload,
  signal: AbortSignal,
): Promise<void> {
  const before = upload.sent;
  upload.sent = "unknown";
  try {
    const onSent = (bytes: number) => context.onSent(1, bytes);
    const { ticket } = upload.timed;
    upload.etag = await context.put({ ticket, body: context.file, signal, onSent });
    upload.sent = "yes";
  } catch (error) {
    const status = hasCode(error, "store-refused") ? error.status : undefined;
    // What the store refused is not stored.
    if (status !== undefined && status < 500) upload.sent = before;
    throw error;
  }
}

const alreadyExists = (cause: unknown) =>
  new UploadError("already-exists", "Another object already has this key", {
    status: 412,
    cause,
  });

/** Gets another ticket. The old one is aborted, because it counts against the quota. */
async function renewTicket(
  context: UploadContext,
  upload: SinglePartUpload,
  signal: AbortSignal,
): Promise<void> {
  await tryToAbort(context, upload.id);
  const renewed = await createUpload(context, signal);
  upload.id = renewed.id;
  if (renewed.kind !== "single-part")
    throw new UploadError("unexpected-answer", "The policy now requires multipart: start again");
  upload.timed = renewed.timed;
  signal.throwIfAborted();
}
