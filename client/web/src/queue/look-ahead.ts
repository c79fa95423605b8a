/** How many files get their tickets before it is their turn. */
import { LIFE_SHARE } from "../timed-ticket.ts";

/** A file that waits for a ticket. */
export interface WaitingFile {
  readonly bytes: number;
  /** How long tickets of its policy last; `undefined` before the first one. */
  readonly ticketSeconds: number | undefined;
  /** How many more tickets the policy's quota of pending uploads allows. */
  readonly room: number;
}

interface Sending {
  /** What is still to be sent of the files that have a ticket. */
  readonly bytesLeft: number;
  /** 0: not known yet. */
  readonly bytesPerSecond: number;
  /** Files that have a ticket, or are asking for one, and wait for their turn. */
  readonly ahead: number;
  /** How many files ask for a ticket now, because it is their turn. */
  readonly asking: number;
}

/** Two batches: one is being used while the other one is asked for. */
const MAX_AHEAD = 50;
const MAX_BATCH = 25;
/** A policy may require checksums, and files are read into memory for them. */
const MAX_BYTES = 32 * 2 ** 20;
/** Larger files take so long that a request of their own does not matter. */
const MAX_FILE_BYTES = 5 * 2 ** 20;

/**
 * Returns for how many of the `waiting` files, in their order, tickets are to be requested now: those
 * that are surely used well before they end. 0 while enough are ahead, so that a request is for several.
 */
export function countAhead(waiting: Iterable<WaitingFile>, sending: Sending): number {
  const { bytesPerSecond, ahead, asking } = sending;
  let { bytesLeft } = sending;
  const before = bytesLeft;
  let count = 0;
  for (const { bytes, ticketSeconds = 0, room } of waiting) {
    bytesLeft += bytes;
    const isUsedInTime = bytesLeft <= bytesPerSecond * ticketSeconds * LIFE_SHARE;
    if (!isUsedInTime || bytes > MAX_FILE_BYTES || bytesLeft - before > MAX_BYTES || count >= room)
      break;
    count += 1;
    if (ahead + count >= MAX_AHEAD || asking + count >= MAX_BATCH) break;
  }
  return ahead <= (ahead + count) / 2 ? count : 0;
}
