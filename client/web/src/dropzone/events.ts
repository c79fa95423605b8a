import type { Completed } from "../answers.ts";
import type { UploadError } from "../error.ts";
import type { QueueItem } from "../queue/queue.ts";

/** A file that is stored and verified. */
export type CompletedItem = QueueItem & { readonly result: Completed };
export type FailedItem = QueueItem & { readonly error: UploadError };

/** The events of a dropzone. They bubble. */
export interface DropzoneEventMap {
  "upload-completed": CustomEvent<CompletedItem>;
  "upload-failed": CustomEvent<FailedItem>;
  /** Files were added or removed, or are in another state. The detail is all files. */
  change: CustomEvent<readonly QueueItem[]>;
}
