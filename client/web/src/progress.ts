import type { Progress } from "./options.ts";

/** Adds up the bytes that were sent. Reports only changes. */
export interface Sent {
  /** How many bytes of a part have been sent. A single-part upload is part 1. */
  readonly onSent: (partNumber: number, bytes: number) => void;
  /** Starts again from the parts that are stored, with the bytes of each. */
  readonly onStored: (parts: Iterable<readonly [partNumber: number, bytes: number]>) => void;
}

export function createProgress(
  totalBytes: number,
  onProgress: ((progress: Progress) => void) | undefined,
): Sent {
  let sent = new Map<number, number>();
  let sentBytes = 0;
  const report = (bytes: number): void => {
    if (bytes === sentBytes) return;
    sentBytes = bytes;
    onProgress?.({ sentBytes, totalBytes });
  };
  return {
    onSent(partNumber, bytes) {
      const before = sent.get(partNumber) ?? 0;
      sent.set(partNumber, bytes);
      report(sentBytes + bytes - before);
    },
    onStored(parts) {
      sent = new Map(parts);
      report([...sent.values()].reduce((sum, bytes) => sum + bytes, 0));
    },
  };
}
