/** Tickets of parts. They are requested in batches, no more than can be used before they expire. */
import type { MultipartUpload } from "./active-upload.ts";
import { isPartTickets, type PartTicket } from "./answers.ts";
import { UploadError } from "./error.ts";
import { countAtOnce } from "./part-size.ts";
import { LIFE_SHARE, timeTicket } from "./timed-ticket.ts";
import type { UploadContext } from "./upload-context.ts";

export interface PartTickets {
  /** Returns a valid ticket. Requests one if there is none, together with those of the next parts. */
  readonly take: (partNumber: number) => Promise<PartTicket>;
  readonly drop: (partNumber: number) => void;
}

/** The service signs at most this many parts in one request. */
const MAX_BATCH = 25;

export function createPartTickets(
  context: UploadContext,
  upload: MultipartUpload,
  signal: AbortSignal,
): PartTickets {
  const { tickets, etags, partCount, partSize } = upload;
  const { onPartTickets } = context.options;
  let batchSize = MAX_BATCH;
  let lifeSeconds = tickets.values().next().value?.ticket.expiresIn ?? 0;
  let signing: Promise<void> | undefined;

  const chooseBatch = (first: number): readonly number[] => {
    // On a slow connection tickets expire before they are used: request fewer then.
    if ([...tickets.values()].some(({ isValid }) => !isValid())) batchSize >>= 1;
    const usedInTime = (context.bytesPerSecond() * lifeSeconds * LIFE_SHARE) / partSize;
    batchSize = Math.min(batchSize, usedInTime || batchSize);
    batchSize = Math.max(countAtOnce(partSize, context), Math.floor(batchSize));
    const chosen = [first];
    for (let next = 1; next <= partCount && chosen.length < batchSize; next += 1) {
      if (next !== first && !etags.has(next) && !tickets.get(next)?.isValid()) chosen.push(next);
    }
    return chosen;
  };

  const sign = async (first: number): Promise<void> => {
    const partNumbers = chooseBatch(first);
    const { digestOf } = upload;
    const checksums: Record<string, string> = {};
    // oxlint-disable-next-line no-await-in-loop -- one part in memory at a time
    if (digestOf) for (const part of partNumbers) checksums[part] = await digestOf(part, signal);
    const body = digestOf ? { partNumbers, checksums } : { partNumbers };
    const route = `POST /v1/uploads/${upload.id}/parts`;
    const { parts } = await context.call(isPartTickets, route, { body, signal });
    for (const part of parts) {
      tickets.set(part.partNumber, timeTicket(part, context));
      lifeSeconds = part.expiresIn;
    }
    onPartTickets?.(parts);
    if (!tickets.has(first))
      throw new UploadError("unexpected-answer", `The service gave no ticket for part ${first}`);
  };

  return {
    async take(partNumber) {
      for (;;) {
        const timed = tickets.get(partNumber);
        if (timed?.isValid()) return timed.ticket;
        signing ??= sign(partNumber).finally(() => {
          signing = undefined;
        });
        // oxlint-disable-next-line no-await-in-loop -- one batch at a time, which may be of other parts
        await signing;
      }
    },
    drop: (partNumber) => void tickets.delete(partNumber),
  };
}
