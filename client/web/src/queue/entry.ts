/** A file of the queue, and how far its upload is. */
import type { UploadFile, UploadOptions } from "../options.ts";
import type { Upload } from "../start.ts";
import type { QueueItem } from "./queue.ts";

export interface Entry {
  item: QueueItem;
  readonly options: UploadOptions;
  /** Once it was started, until it has ended. */
  upload: Upload | undefined;
  /** Whether it has asked for its first ticket, or needs none. */
  hasAsked: boolean;
  /** What the store has of an earlier try: less is not shown. */
  storedBytes: number;
}

const ENDED = new Set<QueueItem["state"]>(["completed", "failed", "aborted"]);

/** Whether the file is completed, failed or aborted. */
export const hasEnded = ({ item }: Entry): boolean => ENDED.has(item.state);

/** Whether it waits to be started. */
export const isWaiting = ({ item, upload }: Entry): boolean => item.state === "queued" && !upload;

/** Whether it was started, and is yet to be sent, or a part of it. */
export const isToBeSent = ({ item, upload }: Entry): boolean =>
  upload !== undefined && item.state !== "paused" && item.state !== "completing";

export const bytesLeft = ({ item: { progress } }: Entry): number =>
  progress.totalBytes - progress.sentBytes;

export function createEntry(id: string, file: UploadFile, options: UploadOptions): Entry {
  const item: QueueItem = {
    id,
    file,
    policy: options.policy,
    state: "queued",
    progress: { sentBytes: 0, totalBytes: file.size },
    uploadId: undefined,
    ticket: undefined,
    result: undefined,
    error: undefined,
    canRetry: false,
  };
  return { item, options, upload: undefined, hasAsked: false, storedBytes: 0 };
}

/** Puts an ended file back to the start, with what is stored of it. */
export function resetEntry(entry: Entry): void {
  const { item, options } = entry;
  const fresh = createEntry(item.id, item.file, options);
  // Parts of a multipart upload are kept; the resume storage knows which.
  const storedBytes =
    item.state === "failed" && item.ticket?.multipart ? item.progress.sentBytes : 0;
  const progress = { ...item.progress, sentBytes: storedBytes };
  Object.assign(entry, fresh, { storedBytes, item: { ...fresh.item, progress } });
}
