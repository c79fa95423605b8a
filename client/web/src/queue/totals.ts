import { bytesLeft, hasEnded, type Entry } from "./entry.ts";
import type { QueueItem, QueueTotals } from "./queue.ts";

const ACTIVE = new Set<QueueItem["state"]>(["preparing", "sending", "completing"]);

/** Adds up the files. Of failed files nothing is left to be sent. Aborted files do not count. */
export function sumUp(entries: Iterable<Entry>, bytesPerSecond: number): QueueTotals {
  let [files, completedFiles, failedFiles, activeFiles] = [0, 0, 0, 0];
  let [sentBytes, totalBytes, restBytes] = [0, 0, 0];
  for (const entry of entries) {
    const { state, progress } = entry.item;
    if (state === "aborted") continue;
    files += 1;
    if (state === "completed") completedFiles += 1;
    if (state === "failed") failedFiles += 1;
    if (ACTIVE.has(state)) activeFiles += 1;
    sentBytes += progress.sentBytes;
    totalBytes += progress.totalBytes;
    if (!hasEnded(entry)) restBytes += bytesLeft(entry);
  }
  const secondsLeft = bytesPerSecond > 0 ? restBytes / bytesPerSecond : undefined;
  const counts = { files, completedFiles, failedFiles, activeFiles };
  return { ...counts, sentBytes, totalBytes, bytesPerSecond, secondsLeft };
}
