/** How long the parts of a new upload are, and how many of them are sent at once. */
import type { UploadContext } from "./upload-context.ts";
import { MAX_PUTS } from "./slots.ts";

const MiB = 2 ** 20;
/** No store takes less (docs/resumable.md). */
export const MIN_PART_BYTES = 5 * MiB;
const STEPS = [64 * MiB, 32 * MiB, 16 * MiB, 8 * MiB] as const;
/** The stores that take the fewest parts. */
const MAX_PARTS = 1000;
/** What a line that breaks may cost: so long a part takes while the others are sent beside it. */
const PART_SECONDS = 8;

type Line = Pick<UploadContext, "bytesPerSecond" | "options">;

/**
 * Returns the size of each part in bytes: the largest step that the measured line sends in 8 seconds
 * beside the others, 5 MiB before anything is known, and more only for a file of more than 1,000 parts.
 */
export function choosePartSize(size: number, { bytesPerSecond, options }: Line): number {
  const share = (bytesPerSecond() * PART_SECONDS) / maxAtOnce(options.concurrency);
  const bySpeed = STEPS.find((step) => step <= share) ?? MIN_PART_BYTES;
  return Math.max(bySpeed, Math.ceil(size / MAX_PARTS / MiB) * MiB);
}

/** Returns how many parts each take at most 8 seconds beside the others; two before anything is known. */
export function countAtOnce(partSize: number, { bytesPerSecond, options }: Line): number {
  const speed = bytesPerSecond();
  const bySpeed = speed === 0 ? 2 : Math.floor((speed * PART_SECONDS) / partSize);
  return Math.max(1, Math.min(bySpeed, maxAtOnce(options.concurrency)));
}

function maxAtOnce(concurrency = MAX_PUTS): number {
  return Math.min(MAX_PUTS, Math.max(1, concurrency));
}
