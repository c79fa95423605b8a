/** One upload as the app controls it: start, pause, resume, abort. */
import { abortUpload, tryToDelete } from "./abort.ts";
import type { Completed } from "./answers.ts";
import { UploadError } from "./error.ts";
import { Paused } from "./pause.ts";
import { cleanUp, runUpload, type Current } from "./run-upload.ts";
import type { UploadContext } from "./upload-context.ts";

export interface AbortOptions {
  /** Keeps the parts in the store, so that a later upload of the same file continues with them. */
  readonly keepParts?: boolean;
}

/** An upload that was started. */
export interface Upload {
  /** Resolves when the upload is completed. Rejects with an `UploadError`: `aborted` after `abort()`. */
  readonly done: Promise<Completed>;
  /** The upload's id at the service, once it has one. */
  readonly id: string | undefined;
  readonly isPaused: boolean;
  /**
   * Stops sending. What is stored stays, and what would be within three seconds still arrives. The rest
   * is sent after the pause: parts, or a single PUT, from their first byte.
   */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Resolves when everything is deleted, in the store and in the resume storage. Rejects if that failed. */
  readonly abort: (options?: AbortOptions) => Promise<void>;
}

const aborted = () => new UploadError("aborted", "The upload was aborted");

export function startUpload(context: UploadContext): Upload {
  const { options } = context;
  const current: Current = { upload: undefined, entry: undefined };
  // Aborted by a pause, and then replaced.
  let running = new AbortController();
  let pausing: Promise<void> | undefined;
  let endPause: (() => void) | undefined;
  let end: "completed" | "failed" | undefined;
  let aborting: Promise<void> | undefined;
  const stop = new AbortController();
  const isAborted = () => stop.signal.aborted;

  const resume = (): void => {
    pausing = undefined;
    endPause?.();
  };

  const run = async (): Promise<Completed> => {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- until the pause is over and no other one has started
      await pausing;
      if (pausing) continue;
      const { signal } = running;
      try {
        // oxlint-disable-next-line no-await-in-loop -- continues after a pause
        return await runUpload(context, current, signal);
      } catch (error) {
        if (isAborted()) throw aborted();
        if (!signal.aborted) throw error;
      }
    }
  };

  const finish = async (): Promise<Completed> => {
    try {
      const completed = await run();
      end = "completed";
      await current.entry?.remove();
      return completed;
    } catch (error) {
      end = "failed";
      if (!isAborted()) await cleanUp(context, current, error);
      throw error;
    } finally {
      current.entry?.release();
      options.signal?.removeEventListener("abort", abortBySignal);
    }
  };

  const deleteAll = async (keepParts: boolean): Promise<void> => {
    await done.catch(() => undefined);
    const { upload, entry } = current;
    if (!upload || (keepParts && upload.kind === "multipart" && entry)) return;
    await entry?.remove();
    await abortUpload(context, upload.id);
    if (upload.kind === "multipart" || upload.sent !== "yes") return;
    const { policy, key } = upload.timed.ticket;
    await tryToDelete(context, policy, key);
  };

  const abort = async ({ keepParts = false }: AbortOptions = {}): Promise<void> => {
    if (end === "completed") return;
    stop.abort();
    running.abort(aborted());
    resume();
    aborting ??= deleteAll(keepParts);
    await aborting;
  };
  const abortBySignal = () => void abort().catch(() => undefined);

  options.signal?.addEventListener("abort", abortBySignal, { once: true });
  const done = finish();
  // Without this, an app that aborts and ignores `done` gets an unhandled rejection.
  done.catch(() => undefined);
  if (options.signal?.aborted) abortBySignal();

  return {
    done,
    get id() {
      return current.upload?.id;
    },
    get isPaused() {
      return pausing !== undefined;
    },
    pause() {
      if (pausing || end || isAborted()) return;
      pausing = new Promise((resolve) => {
        endPause = resolve;
      });
      running.abort(new Paused(stop.signal));
      running = new AbortController();
      options.onPhase?.("paused");
    },
    resume,
    abort,
  };
}
