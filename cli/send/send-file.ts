/** A file through the Worker's ticket into the store, in one PUT or in parts, and its completion. */
import { createReadStream } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod/mini";
import { putStream } from "./put.ts";
import { Refused, type WorkerClient } from "./service.ts";

const headersSchema = z.record(z.string(), z.string());
const partSchema = z.object({
  partNumber: z.int(),
  url: z.string(),
  headers: headersSchema,
  contentLength: z.int(),
});
export const ticketSchema = z.object({
  id: z.string(),
  key: z.string(),
  expiresIn: z.number(),
  url: z.optional(z.string()),
  headers: z.optional(headersSchema),
  multipart: z.optional(
    z.object({ partSize: z.int(), partCount: z.int(), parts: z.array(partSchema) }),
  ),
});
export type Ticket = z.output<typeof ticketSchema>;
export const completedSchema = z.looseObject({
  key: z.string(),
  size: z.number(),
  etag: z.string(),
  receipt: z.string(),
});
export type Completed = z.output<typeof completedSchema>;
const partsSchema = z.object({ parts: z.array(partSchema) });
type PartTicket = z.output<typeof partSchema>;

/** How many parts are asked for at once. */
const WINDOW = 25;
/** Before each new try. */
const PAUSES_MS = [500, 2000, 5000] as const;

interface Source {
  readonly path: string;
  readonly size: number;
  readonly onSent: (bytes: number) => void;
}

/** Sends what the ticket is for, and completes it. Throws `Refused`. */
export async function sendFile(
  worker: WorkerClient,
  ticket: Ticket,
  source: Source,
): Promise<Completed> {
  const completion = `/v1/uploads/${ticket.id}/complete`;
  if (!ticket.multipart) {
    const { path, size, onSent } = source;
    const { url = "", headers = {} } = ticket;
    await putStream({ url, headers, bytes: size, body: createReadStream(path), onSent });
    return worker.ask(completedSchema, completion);
  }
  const parts = await sendParts(worker, ticket.id, ticket.multipart, source);
  return worker.ask(completedSchema, completion, { parts });
}

async function sendParts(
  worker: WorkerClient,
  id: string,
  { partSize, partCount, parts }: NonNullable<Ticket["multipart"]>,
  source: Source,
): Promise<readonly { readonly partNumber: number; readonly etag: string }[]> {
  const sent: { partNumber: number; etag: string }[] = [];
  const first = new Map(parts.map((part) => [part.partNumber, part]));
  for (let from = 1; from <= partCount; from += WINDOW) {
    const numbers = Array.from(
      { length: Math.min(WINDOW, partCount - from + 1) },
      (_, index) => from + index,
    );
    const known = numbers.flatMap((number) => first.get(number) ?? []);
    // oxlint-disable-next-line no-await-in-loop -- tickets are fresh when their part is sent
    const tickets = known.length === numbers.length ? known : await sign(worker, id, numbers);
    for (const ticket of tickets) {
      const start = (ticket.partNumber - 1) * partSize;
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that the bar is true
      const etag = await sendPart(ticket, { worker, id, start }, source);
      sent.push({ partNumber: ticket.partNumber, etag });
    }
  }
  return sent;
}

/** With a fresh ticket for each new try: the store may have been away for longer than the old one lived. */
async function sendPart(
  ticket: PartTicket,
  {
    worker,
    id,
    start,
  }: { readonly worker: WorkerClient; readonly id: string; readonly start: number },
  { path, onSent }: Source,
): Promise<string> {
  let current = ticket;
  for (let attempt = 0; ; attempt += 1) {
    let sentBytes = 0;
    const count = (bytes: number) => {
      sentBytes += bytes;
      onSent(bytes);
    };
    const { url, headers, contentLength: bytes, partNumber } = current;
    const body = createReadStream(path, { start, end: start + bytes - 1 });
    try {
      // oxlint-disable-next-line no-await-in-loop -- a try after a try that failed
      return await putStream({ url, headers, bytes, body, onSent: count });
    } catch (error) {
      const pause = PAUSES_MS[attempt];
      if (pause === undefined) throw error instanceof Error ? error : new Refused(String(error));
      onSent(-sentBytes);
      // oxlint-disable-next-line no-await-in-loop -- a pause before the next try
      await wait(pause);
      // oxlint-disable-next-line no-await-in-loop -- a ticket for the next try
      current = (await sign(worker, id, [partNumber]))[0] ?? current;
    }
  }
}

async function sign(
  worker: WorkerClient,
  id: string,
  partNumbers: readonly number[],
): Promise<readonly PartTicket[]> {
  return (await worker.ask(partsSchema, `/v1/uploads/${id}/parts`, { partNumbers })).parts;
}
