import type { Progress } from "./options.ts";

/** Adds up the bytes that were sent of each part. Reports only changes. */
export function createProgress(
  totalBytes: number,
  onProgress: ((progress: Progress) => void) | undefined,
): (partNumber: number, bytes: number) => void {
  const sent = new Map<number, number>();
  let sentBytes = 0;
  return (partNumber, bytes) => {
    const before = sent.get(partNumber) ?? 0;
    if (bytes === before) return;
    sent.set(partNumber, bytes);
    sentBytes += bytes - before;
    onProgress?.({ sentBytes, totalBytes });
  };
}
