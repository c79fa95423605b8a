/** React hooks: a queue of uploads, and one upload at a time. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Completed } from "./answers.ts";
import type { UploadError } from "./error.ts";
import type { Progress, UploadFile, UploadOptions, UploadPhase } from "./options.ts";
import { createQueue } from "./queue/create-queue.ts";
import type { Queue, QueueItem, QueueSnapshot } from "./queue/queue.ts";
import { uploadOf } from "./queue/upload-of.ts";
import type { Upload } from "./start.ts";
import type { PoliciesOf, UploadOptionsOf } from "./typed-policies.ts";
import type { Uploader } from "./uploader.ts";

/** The queue with its snapshot. Its functions stay the same from render to render. */
export interface UseUploads<Config extends PoliciesOf = PoliciesOf>
  extends QueueSnapshot, Omit<Queue<Config>, "snapshot" | "on"> {
  /** For events: `queue.on("completed", …)` in an effect. */
  readonly queue: Queue<Config>;
}

/**
 * Shows a queue that was created once, outside of the component: its uploads go on when the component
 * unmounts. Of an uploader it makes a queue of its own, whose uploads stop then; multipart uploads
 * continue when the same files are added again. The options are those of `add`, which can override them.
 */
export function useUploads<Config extends PoliciesOf = PoliciesOf>(
  source: Queue<Config> | Uploader<Config>,
  options?: UploadOptionsOf<Config>,
): UseUploads<Config>;
export function useUploads(source: Queue | Uploader, options: UploadOptions = {}): UseUploads {
  const queue = useMemo(() => ("snapshot" in source ? source : createQueue(source)), [source]);
  const latest = useLatest(options);
  const subscribe = useCallback((listener: () => void) => queue.on("change", listener), [queue]);
  const read = () => queue.snapshot;
  const snapshot = useSyncExternalStore(subscribe, read, read);
  useEffect(
    () => () => {
      if (queue === source) return;
      for (const { id } of queue.snapshot.items)
        void queue.cancel(id, { keepParts: true }).catch(() => undefined);
    },
    [queue, source],
  );
  const add = useCallback(
    (files: Iterable<UploadFile>, more: UploadOptions = {}) =>
      queue.add(files, { ...latest.current, ...more }),
    [queue, latest],
  );
  const { pause, resume, cancel, retry, retryFailed, clear } = queue;
  return { ...snapshot, queue, add, pause, resume, cancel, retry, retryFailed, clear };
}

export interface UploadState {
  readonly status: "idle" | UploadPhase | "completed" | "failed" | "aborted";
  readonly progress: Progress;
  readonly result: Completed | undefined;
  /** An error of `getToken` is the `cause` of an `UploadError` with the code `unauthenticated`. */
  readonly error: UploadError | undefined;
}

export interface UseUpload<Config extends PoliciesOf = PoliciesOf> extends UploadState {
  /** Starts an upload, and aborts the one before. These options override those of the hook. */
  readonly start: (file: UploadFile, options?: UploadOptionsOf<Config>) => Upload;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly abort: () => void;
}

const IDLE: UploadState = {
  status: "idle",
  progress: { sentBytes: 0, totalBytes: 0 },
  result: undefined,
  error: undefined,
};

/**
 * Uploads with an uploader that was created once, outside of the component. When the component
 * unmounts, the upload stops; a multipart upload continues when the same file is started again.
 */
export function useUpload<Config extends PoliciesOf = PoliciesOf>(
  uploader: Uploader<Config>,
  options?: UploadOptionsOf<Config>,
): UseUpload<Config>;
export function useUpload(uploader: Uploader, options: UploadOptions = {}): UseUpload {
  const { queue, items, add } = useUploads(uploader, options);
  const [id, setId] = useState<string | undefined>(undefined);
  const current = useRef<Upload | undefined>(undefined);
  const start = useCallback(
    (file: UploadFile, more?: UploadOptions): Upload => {
      void current.current?.abort().catch(() => undefined);
      queue.clear();
      const [item] = add([file], more);
      if (!item) throw new TypeError("Cannot start the upload: the queue took no file");
      setId(item.id);
      current.current = uploadOf(queue, item);
      return current.current;
    },
    [queue, add],
  );
  const item = items.find((one) => one.id === id);
  return {
    ...(item ? stateOf(item) : IDLE),
    start,
    pause: useCallback(() => current.current?.pause(), []),
    resume: useCallback(() => current.current?.resume(), []),
    abort: useCallback(() => void current.current?.abort().catch(() => undefined), []),
  };
}

function stateOf({ state, progress, result, error }: QueueItem): UploadState {
  return { status: state === "queued" ? "preparing" : state, progress, result, error };
}

/** Keeps the newest value, for functions that stay the same. */
function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
