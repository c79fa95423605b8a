/** Tickets of parts: asked for in windows, and so many as can begin before they expire. */
import { isPartTickets, type PartTicket } from "./answers.ts";
import { UploadError } from "./error.ts";
import { hold, type Job, type PartsUpload } from "./upload-context.ts";

export interface PartTickets {
  /** One that is valid, with those of the next parts where there is none. */
  readonly take: (partNumber: number) => Promise<PartTicket>;
  readonly drop: (partNumber: number) => void;
}

/** What the service gives at once. */
const LARGEST_WINDOW = 25;

export function createPartTickets(
  job: Job,
  upload: PartsUpload,
  concurrency: number,
  signal: AbortSignal,
): PartTickets {
  const { tickets, etags, partCount } = upload;
  const { onPartTickets } = job.options;
  let window = LARGEST_WINDOW;
  let signing: Promise<void> | undefined;

  const chooseWith = (first: number): readonly number[] => {
    const held = [...tickets.values()];
    // On a slow line tickets expire before it is their turn: fewer are asked for then.
    if (held.some(({ isValid }) => !isValid()))
      window = Math.max(Math.min(concurrency, LARGEST_WINDOW), window >> 1);
    const chosen = [first];
    for (let next = 1; next <= partCount && chosen.length < window; next += 1) {
      if (next !== first && !etags.has(next) && !tickets.get(next)?.isValid()) chosen.push(next);
    }
    return chosen;
  };

  const sign = async (first: number): Promise<void> => {
    const partNumbers = chooseWith(first);
    const { digestOf } = upload;
    const checksums: Record<string, string> = {};
    // oxlint-disable-next-line no-await-in-loop -- one part in memory at a time
    if (digestOf) for (const part of partNumbers) checksums[part] = await digestOf(part, signal);
    const body = digestOf ? { partNumbers, checksums } : { partNumbers };
    const request = `POST /v1/uploads/${upload.id}/parts`;
    const { parts } = await job.ask(isPartTickets, request, { body, signal });
    for (const part of parts) tickets.set(part.partNumber, hold(part, job.world));
    onPartTickets?.(parts);
    if (!tickets.has(first))
      throw new UploadError("unexpected-answer", `The service gave no ticket of part ${first}`);
  };

  return {
    async take(partNumber) {
      for (;;) {
        const held = tickets.get(partNumber);
        if (held?.isValid()) return held.ticket;
        signing ??= sign(partNumber).finally(() => {
          signing = undefined;
        });
        // oxlint-disable-next-line no-await-in-loop -- one window at a time, which may be another part's
        await signing;
      }
    },
    drop: (partNumber) => void tickets.delete(partNumber),
  };
}
