/** Divides a file into parts of one size, except for the last one, as every store accepts them. */

/** AWS: "Amazon S3 multipart upload limits". */
const MIN_PART_BYTES = 5 * 2 ** 20;
export const MAX_PART_BYTES = 5 * 2 ** 30;
const MiB = 2 ** 20;
const DEFAULT_PART_BYTES = 8 * MiB;

/** How many parts one request signs, which bounds its CPU time. */
export const MAX_SIGNED_PARTS = 25;

/** Sizes in bytes. */
export interface Parts {
  readonly size: number;
  readonly partSize: number;
  readonly partCount: number;
}

/**
 * Returns the fewest parts of 8 MiB or more, in whole MiB, or parts of the size that the client chose;
 * `undefined` where a part would be too small or too large, or the file has more than `maxParts`.
 */
export function planParts(
  size: number,
  maxParts: number,
  chosenPartSize?: number,
): Parts | undefined {
  const least = Math.ceil(size / maxParts / MiB) * MiB;
  const partSize = chosenPartSize ?? Math.max(DEFAULT_PART_BYTES, MIN_PART_BYTES, least);
  if (partSize < MIN_PART_BYTES || partSize > MAX_PART_BYTES) return undefined;
  const parts = partsOf(size, partSize);
  return parts.partCount > maxParts ? undefined : parts;
}

/** Returns the smallest size of a part with which the file has at most `maxParts`. */
export function leastPartSize(size: number, maxParts: number): number {
  return Math.max(MIN_PART_BYTES, Math.ceil(size / maxParts));
}

/** Returns the parts of a file by the size of one part. */
export function partsOf(size: number, partSize: number): Parts {
  return { size, partSize, partCount: Math.max(1, Math.ceil(size / partSize)) };
}

/** Returns the exact length of part `partNumber` in bytes. Part numbers start at 1. */
export function sizeOfPart({ size, partSize, partCount }: Parts, partNumber: number): number {
  return partNumber < partCount ? partSize : size - partSize * (partCount - 1);
}
