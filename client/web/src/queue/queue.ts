/** What a queue of uploads shows, and what an app does with it. */
import type { Completed, Ticket } from "../answers.ts";
import type { UploadError } from "../error.ts";
import type { Progress, UploadFile, UploadPhase } from "../options.ts";
import type { PolicyList } from "../policies.ts";
import type { AbortOptions } from "../start.ts";
import type { PoliciesOf, UploadOptionsOf } from "../typed-policies.ts";

export type QueueItemState = "queued" | UploadPhase | "completed" | "failed" | "aborted";

/** One file of the queue. Immutable: each change makes a new one with the same `id`. */
export interface QueueItem {
  /** The id in the queue. The one at the service is `uploadId`. */
  readonly id: string;
  readonly file: UploadFile;
  /** `undefined`: the service's default policy. */
  readonly policy: string | undefined;
  readonly state: QueueItemState;
  readonly progress: Progress;
  readonly uploadId: string | undefined;
  /** The newest one. */
  readonly ticket: Ticket | undefined;
  readonly result: Completed | undefined;
  readonly error: UploadError | undefined;
  /** Whether it failed and another try can succeed. `false` for a file that is too large, say. */
  readonly canRetry: boolean;
}

/** Sums of all files that were not aborted. */
export interface QueueTotals {
  readonly files: number;
  readonly completedFiles: number;
  readonly failedFiles: number;
  /** Files that are being prepared, sent or completed. */
  readonly activeFiles: number;
  readonly sentBytes: number;
  readonly totalBytes: number;
  /** Measured and smoothed. 0 while nothing is sent. */
  readonly bytesPerSecond: number;
  /** `undefined` while nothing is sent. */
  readonly secondsLeft: number | undefined;
}

export interface QueueSnapshot {
  /** In the order in which they were added. */
  readonly items: readonly QueueItem[];
  readonly totals: QueueTotals;
  readonly isPaused: boolean;
  /** Whether the browser has no network. Nothing fails: the queue waits. */
  readonly isOffline: boolean;
}

/**
 * `change` comes after every change, with the item if only that one changed. `completed` and `failed`
 * come once for each file, with its item. `idle` comes when no file is waiting or active any more.
 */
export type QueueEvent = "change" | "completed" | "failed" | "idle";

export interface Queue<Config extends PoliciesOf = PoliciesOf> {
  /** The same object until something changes. */
  readonly snapshot: QueueSnapshot;
  /** Adds files to the end, all with the same options. */
  readonly add: (
    files: Iterable<UploadFile>,
    options?: UploadOptionsOf<Config>,
  ) => readonly QueueItem[];
  /** Pauses one file, or the queue. What is stored stays. */
  readonly pause: (id?: string) => void;
  readonly resume: (id?: string) => void;
  /** Aborts one upload at the service. Rejects with an `UploadError` if that failed. */
  readonly cancel: (id: string, options?: AbortOptions) => Promise<void>;
  /** Starts a file again that failed or was aborted. */
  readonly retry: (id: string) => void;
  /** Starts all files again that failed and can succeed. */
  readonly retryFailed: () => void;
  /** Forgets the files that are completed, failed or aborted. */
  readonly clear: () => void;
  /** Returns a function that removes the listener. */
  readonly on: (event: QueueEvent, listener: (item?: QueueItem) => void) => () => void;
}

export interface QueueOptions {
  /** How many requests are sent to the store at once, from 1 to 4. Default: 4. A browser has six connections. */
  readonly concurrency?: number;
  /**
   * Returns the list of `uploader.policies()` once it is known. A file that cannot pass then fails at
   * once, without a request.
   */
  readonly policies?: () => PolicyList | undefined;
}
