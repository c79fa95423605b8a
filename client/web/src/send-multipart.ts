/** A file in parts, several at once. */
import type { Completed } from "./answers.ts";
import { complete, isStillPending, type Sent } from "./complete.ts";
import { isTicketRefused, sliceOf, type Job, type PartsUpload } from "./upload-context.ts";
import { createPartTickets, type PartTickets } from "./part-tickets.ts";
import { learnParts } from "./resume.ts";
import { retry } from "./retry.ts";

const DEFAULT_CONCURRENCY = 4;
/** Before a file counts as one that cannot be sent. */
const MAX_ROUNDS = 3;
const MAX_RENEWALS = 2;

/** Sends what is missing and completes; goes on from what `upload` says where it was interrupted. */
export async function sendParts(
  job: Job,
  upload: PartsUpload,
  signal: AbortSignal,
): Promise<Completed> {
  if (upload.isResumed) await learnParts(job, upload, signal);
  for (let round = 1; ; round += 1) {
    // oxlint-disable-next-line no-await-in-loop -- sent again where the store lacks a part
    await sendMissing(job, upload, signal);
    try {
      // oxlint-disable-next-line no-await-in-loop -- as above
      return await complete(job, upload.id, partsOf(upload), signal);
    } catch (error) {
      if (!isStillPending(error) || round >= MAX_ROUNDS) throw error;
      // oxlint-disable-next-line no-await-in-loop -- as above
      const isListed = await learnParts(job, upload, signal);
      // The store does not tell which one it lacks.
      if (!isListed) upload.etags.clear();
    }
  }
}

/** All of them, in case the store cannot list; none where a page may not read them. */
export function partsOf({ etags, partCount }: PartsUpload): Sent {
  const parts = [...etags].map(([partNumber, etag]) => ({ partNumber, etag }));
  return parts.length === partCount && parts.every(({ etag }) => etag !== "") ? { parts } : {};
}

async function sendMissing(job: Job, upload: PartsUpload, signal: AbortSignal): Promise<void> {
  const { options, file } = job;
  const { etags, partSize, partCount } = upload;
  options.onPhase?.("sending");
  const queue: number[] = [];
  for (let partNumber = 1; partNumber <= partCount; partNumber += 1) {
    const isDone = etags.has(partNumber);
    job.onSent(partNumber, isDone ? sliceOf(file, partSize, partNumber).size : 0);
    if (!isDone) queue.push(partNumber);
  }
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const concurrency = Math.max(1, options.concurrency ?? DEFAULT_CONCURRENCY);
  const tickets = createPartTickets(job, upload, concurrency, either);
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other on each line
      await sendPart(job, upload, next, { tickets, signal: either });
    }
  };
  const lines = Array.from({ length: Math.min(concurrency, queue.length) }, work);
  try {
    await Promise.all(lines);
  } finally {
    // One that fails ends the others, and nothing is under way after this.
    stop.abort();
    await Promise.allSettled(lines);
  }
}

async function sendPart(
  job: Job,
  upload: PartsUpload,
  partNumber: number,
  { tickets, signal }: { readonly tickets: PartTickets; readonly signal: AbortSignal },
): Promise<void> {
  const { world, options } = job;
  const body = sliceOf(job.file, upload.partSize, partNumber);
  const onSent = (bytes: number) => job.onSent(partNumber, bytes);
  let renewals = 0;
  const attempt = async (): Promise<void> => {
    const ticket = await tickets.take(partNumber);
    try {
      const etag = await job.put({ ticket, body, signal, onSent });
      upload.etags.set(partNumber, etag ?? "");
    } catch (error) {
      renewals += 1;
      if (!isTicketRefused(error) || renewals > MAX_RENEWALS) throw error;
      tickets.drop(partNumber);
      await attempt();
    }
  };
  await retry(attempt, { world, signal, onRetry: options.onRetry });
  upload.tickets.delete(partNumber);
  await job.memory.save(upload);
}
