/** The life of one upload in this session: begun, paused, resumed, aborted. */
import { advance, giveUp, type Course } from "./run-upload.ts";
import type { Completed } from "./answers.ts";
import { discard, removeIfPossible } from "./complete.ts";
import { UploadError } from "./error.ts";
import type { Job } from "./upload-context.ts";

export interface AbortOptions {
  /** Leaves the parts in the store, so that the same file goes on with them another time. */
  readonly keepParts?: boolean;
}

/** An upload that is under way. */
export interface Upload {
  /** Rejects with an `UploadError`: `aborted` after `abort()`. */
  readonly done: Promise<Completed>;
  /** The service's own, as soon as there is one. */
  readonly id: string | undefined;
  readonly isPaused: boolean;
  /** Ends what is on its way. Parts that arrived stay; a single PUT begins anew. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Resolves when nothing is left of it, neither in the store nor here. Rejects where that failed. */
  readonly abort: (options?: AbortOptions) => Promise<void>;
}

const stopped = (what: string) => new UploadError("aborted", `The upload was ${what}`);

export function startUpload(job: Job): Upload {
  const { options, memory } = job;
  const course: Course = { begun: undefined };
  // From one pause to the next.
  let period = new AbortController();
  let gate: Promise<void> | undefined;
  let openGate: (() => void) | undefined;
  let end: "completed" | "failed" | undefined;
  let aborting: Promise<void> | undefined;
  let isAborted = false;

  const goOn = (): void => {
    gate = undefined;
    openGate?.();
  };

  const run = async (): Promise<Completed> => {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- until the pause is over, and no other one has begun
      await gate;
      if (gate) continue;
      const { signal } = period;
      try {
        // oxlint-disable-next-line no-await-in-loop -- what comes after a pause
        return await advance(job, course, signal);
      } catch (error) {
        if (isAborted) throw stopped("aborted");
        if (!signal.aborted) throw error;
      }
    }
  };

  const finish = async (): Promise<Completed> => {
    try {
      const completed = await run();
      end = "completed";
      await memory.forget();
      return completed;
    } catch (error) {
      end = "failed";
      if (!isAborted) await giveUp(job, course, error);
      throw error;
    } finally {
      memory.release();
      options.signal?.removeEventListener("abort", abortBySignal);
    }
  };

  const clean = async (keepParts: boolean): Promise<void> => {
    await done.catch(() => undefined);
    const { begun } = course;
    if (!begun || (keepParts && begun.kind === "parts" && memory.isKept)) return;
    await memory.forget();
    await discard(job, begun.id);
    if (begun.kind === "parts" || begun.sent !== "yes") return;
    const { policy, key } = begun.held.ticket;
    await removeIfPossible(job, policy, key);
  };

  const abort = async ({ keepParts = false }: AbortOptions = {}): Promise<void> => {
    if (end === "completed") return;
    isAborted = true;
    period.abort(stopped("aborted"));
    goOn();
    aborting ??= clean(keepParts);
    await aborting;
  };
  const abortBySignal = () => void abort().catch(() => undefined);

  options.signal?.addEventListener("abort", abortBySignal, { once: true });
  const done = finish();
  // Whoever aborts need not look at it.
  done.catch(() => undefined);
  if (options.signal?.aborted) abortBySignal();

  return {
    done,
    get id() {
      return course.begun?.id;
    },
    get isPaused() {
      return gate !== undefined;
    },
    pause() {
      if (gate || end || isAborted) return;
      gate = new Promise((resolve) => {
        openGate = resolve;
      });
      period.abort(stopped("paused"));
      period = new AbortController();
      options.onPhase?.("paused");
    },
    resume: goOn,
    abort,
  };
}
