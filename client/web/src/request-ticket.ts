/** Asks for a ticket, and keeps of it what the upload needs. */
import { isTicket, type Checksum, type PartsTicket, type WholeTicket } from "./answers.ts";
import {
  hold,
  type Begun,
  type Job,
  type PartsUpload,
  type WholeUpload,
} from "./upload-context.ts";
import { describe } from "./options.ts";

/** The answer is waited for also where the signal is aborted, so that the upload can be given back. */
export async function askTicket(
  job: Job,
  signal: AbortSignal,
  checksum?: Checksum,
): Promise<Begun> {
  const { file, options } = job;
  const { policy, metadata, multipart, onTicket } = options;
  const body = {
    policy,
    ...describe(file, options),
    size: file.size,
    checksum,
    metadata,
    multipart,
  };
  const ticket = await job.ask(isTicket, "POST /v1/uploads", { body, signal, isKept: true });
  const begun = ticket.multipart ? holdParts(job, ticket) : holdWhole(job, ticket);
  onTicket?.(ticket);
  return begun;
}

function holdWhole({ world }: Job, ticket: WholeTicket): WholeUpload {
  return { kind: "whole", id: ticket.id, held: hold(ticket, world), etag: undefined, sent: "no" };
}

function holdParts({ world }: Job, { id, multipart, expiresIn }: PartsTicket): PartsUpload {
  const { partSize, partCount, parts } = multipart;
  return {
    kind: "parts",
    id,
    partSize,
    partCount,
    etags: new Map(),
    tickets: new Map(parts.map((part) => [part.partNumber, hold(part, world)])),
    digestOf: undefined,
    expiresAt: world.now() + expiresIn * 1000,
    isResumed: false,
  };
}
