/** How a file is cut: parts of one size, but for the last one, as every store takes them. */

/** AWS: "Amazon S3 multipart upload limits". */
const MIN_PART_BYTES = 5 * 2 ** 20;
const MAX_PART_BYTES = 5 * 2 ** 30;
const MiB = 2 ** 20;
const USUAL_PART_BYTES = 8 * MiB;

/** How many parts are signed at once: a page of tickets, within a request's CPU time. */
export const WINDOW = 25;

export interface Parts {
  readonly partSize: number;
  readonly partCount: number;
}

/**
 * The fewest parts of 8 MiB or more, in whole MiB, or parts of the size that a client cuts by itself;
 * `undefined` where a part would be too small or too large, or the file does not fit into `maxParts`.
 */
export function planParts(size: number, maxParts: number, asked?: number): Parts | undefined {
  const least = Math.ceil(size / maxParts / MiB) * MiB;
  const partSize = asked ?? Math.max(USUAL_PART_BYTES, MIN_PART_BYTES, least);
  if (partSize < MIN_PART_BYTES || partSize > MAX_PART_BYTES) return undefined;
  const parts = partsOf(size, partSize);
  return parts.partCount > maxParts ? undefined : parts;
}

/** The parts of a file that is cut already. */
export function partsOf(size: number, partSize: number): Parts {
  return { partSize, partCount: Math.max(1, Math.ceil(size / partSize)) };
}

/** The exact length of part `partNumber`, which counts from 1. */
export function sizeOfPart(
  size: number,
  { partSize, partCount }: Parts,
  partNumber: number,
): number {
  return partNumber < partCount ? partSize : size - partSize * (partCount - 1);
}
