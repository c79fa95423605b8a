import { slicePart, type MultipartUpload } from "./active-upload.ts";
import type { Completed } from "./answers.ts";
import { complete, isStillPending, type Sent } from "./complete.ts";
import { createPartTickets, type PartTickets } from "./part-tickets.ts";
import { refreshEtags } from "./resume.ts";
import { retry } from "./retry.ts";
import { isTicketRefused } from "./timed-ticket.ts";
import type { UploadContext } from "./upload-context.ts";

const DEFAULT_CONCURRENCY = 4;
/** How often missing parts are sent before the upload fails. */
const MAX_ROUNDS = 3;
const MAX_RENEWALS = 2;

/** Sends the parts that are missing, several at once, and completes the upload. */
export async function sendMultipart(
  context: UploadContext,
  upload: MultipartUpload,
  signal: AbortSignal,
): Promise<Completed> {
  if (upload.isResumed) await refreshEtags(context, upload, signal);
  for (let round = 1; ; round += 1) {
    // oxlint-disable-next-line no-await-in-loop -- sent again if the store misses a part
    await sendMissing(context, upload, signal);
    try {
      // oxlint-disable-next-line no-await-in-loop -- as above
      return await complete(context, upload.id, listSentParts(upload), signal);
    } catch (error) {
      if (!isStillPending(error) || round >= MAX_ROUNDS) throw error;
      // oxlint-disable-next-line no-await-in-loop -- as above
      const isListed = await refreshEtags(context, upload, signal);
      // Without a list, nobody knows which part is missing: send all of them again.
      if (!isListed) upload.etags.clear();
    }
  }
}

/** Returns all parts, for a store that cannot list them; none if an ETag could not be read. */
export function listSentParts({ etags, partCount }: MultipartUpload): Sent {
  const parts = [...etags].map(([partNumber, etag]) => ({ partNumber, etag }));
  return parts.length === partCount && parts.every(({ etag }) => etag !== "") ? { parts } : {};
}

async function sendMissing(
  context: UploadContext,
  upload: MultipartUpload,
  signal: AbortSignal,
): Promise<void> {
  const { options, file } = context;
  const { etags, partSize, partCount } = upload;
  options.onPhase?.("sending");
  const queue: number[] = [];
  for (let partNumber = 1; partNumber <= partCount; partNumber += 1) {
    const isStored = etags.has(partNumber);
    context.onSent(partNumber, isStored ? slicePart(file, partSize, partNumber).size : 0);
    if (!isStored) queue.push(partNumber);
  }
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const concurrency = Math.max(1, options.concurrency ?? DEFAULT_CONCURRENCY);
  const tickets = createPartTickets(context, upload, concurrency, either);
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      // oxlint-disable-next-line no-await-in-loop -- each worker sends one part after the other
      await sendPart(context, upload, next, { tickets, signal: either });
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, queue.length) }, work);
  try {
    await Promise.all(workers);
  } finally {
    // If one part fails, the others are stopped; nothing is being sent after this.
    stop.abort();
    await Promise.allSettled(workers);
  }
}

async function sendPart(
  context: UploadContext,
  upload: MultipartUpload,
  partNumber: number,
  { tickets, signal }: { readonly tickets: PartTickets; readonly signal: AbortSignal },
): Promise<void> {
  const { onRetry } = context.options;
  const body = slicePart(context.file, upload.partSize, partNumber);
  const onSent = (bytes: number) => context.onSent(partNumber, bytes);
  let renewals = 0;
  const attempt = async (): Promise<void> => {
    const ticket = await tickets.take(partNumber);
    try {
      const etag = await context.put({ ticket, body, signal, onSent });
      upload.etags.set(partNumber, etag ?? "");
    } catch (error) {
      renewals += 1;
      if (!isTicketRefused(error) || renewals > MAX_RENEWALS) throw error;
      tickets.drop(partNumber);
      await attempt();
    }
  };
  await retry(attempt, context, { signal, onRetry });
  upload.tickets.delete(partNumber);
  await context.resumeEntry.save(upload);
}
