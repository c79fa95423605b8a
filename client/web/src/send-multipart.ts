import { slicePart, type MultipartUpload } from "./active-upload.ts";
import type { Completed } from "./answers.ts";
import { complete, isStillPending, type Sent } from "./complete.ts";
import { countAtOnce } from "./part-size.ts";
import { createPartTickets, type PartTickets } from "./part-tickets.ts";
import type { ResumeEntry } from "./resume-entry.ts";
import { refreshEtags } from "./resume.ts";
import { retrySending } from "./retry-sending.ts";
import { isTicketRefused } from "./timed-ticket.ts";
import type { UploadContext } from "./upload-context.ts";

/** How often missing parts are sent before the upload fails. */
const MAX_ROUNDS = 3;
/** How many tickets in a row the store may refuse for one part. */
const MAX_REFUSED = 2;

/** One run of an upload, until it is completed or interrupted. */
export interface Run {
  readonly entry: ResumeEntry | undefined;
  readonly signal: AbortSignal;
}

/** Sends the parts that are missing, several at once, and completes the upload. */
export async function sendMultipart(
  context: UploadContext,
  upload: MultipartUpload,
  { entry, signal }: Run,
): Promise<Completed> {
  if (upload.isResumed) await refreshEtags(context, upload, signal);
  for (let round = 1; ; round += 1) {
    // oxlint-disable-next-line no-await-in-loop -- sent again if the store misses a part
    await sendMissing(context, upload, { entry, signal });
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
  { entry, signal }: Run,
): Promise<void> {
  const { options, file } = context;
  const { etags, partSize, partCount } = upload;
  options.onPhase?.("sending");
  const partSizeOf = (partNumber: number) => slicePart(file, partSize, partNumber).size;
  context.onStored([...etags.keys()].map((partNumber) => [partNumber, partSizeOf(partNumber)]));
  const queue: number[] = [];
  for (let partNumber = 1; partNumber <= partCount; partNumber += 1)
    if (!etags.has(partNumber)) queue.push(partNumber);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const tickets = createPartTickets(context, upload, either);
  const sending = new Set<Promise<void>>();
  const start = (partNumber: number): void => {
    const part = sendPart(context, upload, partNumber, { tickets, entry, signal: either });
    sending.add(part);
    part.then(
      () => sending.delete(part),
      () => undefined,
    );
  };
  try {
    while (queue.length + sending.size > 0) {
      signal.throwIfAborted();
      for (const next of queue.splice(0, countAtOnce(partSize, context) - sending.size))
        start(next);
      // oxlint-disable-next-line no-await-in-loop -- the next part when one is stored
      await Promise.race(sending);
    }
  } finally {
    // If one part fails, the others are stopped; nothing is being sent after this.
    stop.abort();
    await Promise.allSettled(sending);
  }
}

async function sendPart(
  context: UploadContext,
  upload: MultipartUpload,
  partNumber: number,
  { tickets, entry, signal }: Run & { readonly tickets: PartTickets },
): Promise<void> {
  const body = slicePart(context.file, upload.partSize, partNumber);
  const onSent = (bytes: number) => context.onSent(partNumber, bytes);
  let refused = 0;
  const attempt = async (): Promise<void> => {
    const ticket = await tickets.take(partNumber);
    try {
      const etag = await context.put({ ticket, body, signal, onSent });
      upload.etags.set(partNumber, etag ?? "");
    } catch (error) {
      refused = isTicketRefused(error) ? refused + 1 : 0;
      if (refused === 0 || refused > MAX_REFUSED) throw error;
      tickets.drop(partNumber);
      await attempt();
    }
  };
  await retrySending(context, attempt, signal);
  upload.tickets.delete(partNumber);
  await entry?.save(upload);
}
