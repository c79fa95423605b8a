/** Starts the files of a queue, each at the right time, and follows their uploads. */
import type { Completed } from "../answers.ts";
import { asUploadError } from "../as-upload-error.ts";
import { UploadError } from "../error.ts";
import type { InTurn } from "../slots.ts";
import { startUpload, type AbortOptions } from "../start.ts";
import type { UploadContext } from "../upload-context.ts";
import type { contextOf, Uploader } from "../uploader.ts";
import { createBatchedCalls } from "./batched-calls.ts";
import { canRetry } from "./can-retry.ts";
import { bytesLeft, hasEnded, isToBeSent, isWaiting, type Entry } from "./entry.ts";
import { countAhead } from "./look-ahead.ts";
import type { QueueItem } from "./queue.ts";
import { createSlots } from "./slots.ts";
import { createTicketLives } from "./ticket-lives.ts";

interface RunnerOptions {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly concurrency: number;
  readonly isPaused: () => boolean;
  readonly onChange: (item?: QueueItem) => void;
  readonly onEnd: (item: QueueItem) => void;
}

interface Runner {
  readonly bytesPerSecond: () => number;
  readonly isOffline: () => boolean;
  /** Starts what can be started. */
  readonly update: () => void;
  readonly pause: (entry: Entry) => void;
  readonly resume: (entry: Entry) => void;
  readonly cancel: (entry: Entry, options?: AbortOptions) => Promise<void>;
}

export function createRunner(
  createContext: Uploader[typeof contextOf],
  { entries, concurrency, isPaused, onChange, onEnd }: RunnerOptions,
): Runner {
  // The calls of a batch belong to no file.
  const shared = createContext(new Blob(), {});
  const slots = createSlots(concurrency);
  let waitingForNetwork = 0;
  const lives = createTicketLives();
  const filter = (is: (entry: Entry) => boolean) => [...entries.values()].filter(is);
  const onOffline = (isOffline: boolean): void => {
    waitingForNetwork += isOffline ? 1 : -1;
    onChange();
  };
  const calls = createBatchedCalls({
    ...shared,
    onOffline,
    isTicketComing: () => filter(isToBeSent).some(({ hasAsked }) => !hasAsked),
    isCompletionComing: () =>
      filter(isToBeSent).some(({ item }) => item.state !== "queued" || !isPaused()),
  });

  const change = (entry: Entry, fields: Partial<QueueItem>): void => {
    entry.item = { ...entry.item, ...fields };
    onChange(entry.item);
  };

  /** Replaces the steps of the upload that all files share. */
  const join = (entry: Entry, context: UploadContext): UploadContext => {
    const onAsk = () => {
      entry.hasAsked = true;
    };
    return {
      ...context,
      call: calls.callFor(context.call, entry.options, onAsk),
      inTurn: async (send, signal) => sendInTurn(entry, context.inTurn, { send, signal }),
    };
  };

  const sendInTurn = async <T>(
    entry: Entry,
    inTurn: InTurn,
    { send, signal }: { readonly send: () => Promise<T>; readonly signal: AbortSignal },
  ): Promise<T> => {
    entry.hasAsked = true;
    if (!slots.isFree() && entry.item.state === "preparing") change(entry, { state: "queued" });
    calls.check();
    const sendNow = async (): Promise<T> => {
      if (entry.item.state !== "sending") change(entry, { state: "sending" });
      return send();
    };
    for (;;) {
      // Other uploads of this uploader take their turns too. A pause may have begun in the meantime.
      // oxlint-disable-next-line no-await-in-loop -- again after the pause
      const sent = await slots.run(
        async () => inTurn(async () => (isPaused() ? PAUSED : sendNow()), signal),
        signal,
      );
      if (sent !== PAUSED) return sent;
    }
  };

  const start = (entry: Entry, isAhead: boolean): void => {
    const { options, item } = entry;
    if (!isAhead) change(entry, { state: "preparing" });
    const observed = {
      ...options,
      onProgress: (progress: QueueItem["progress"]) => {
        if (progress.sentBytes >= entry.storedBytes) change(entry, { progress });
        options.onProgress?.(progress);
      },
      onPhase: (phase: "preparing" | "sending" | "paused" | "completing") => {
        // The other two begin in `start` and in `sendInTurn`.
        if (phase === "paused" || phase === "completing") change(entry, { state: phase });
        options.onPhase?.(phase);
        update();
      },
      onOffline: (isOffline: boolean) => {
        onOffline(isOffline);
        options.onOffline?.(isOffline);
      },
      onTicket: (ticket: NonNullable<QueueItem["ticket"]>) => {
        lives.add(entry.options.policy, ticket);
        entry.storedBytes = 0;
        change(entry, { ticket, uploadId: ticket.id });
        options.onTicket?.(ticket);
      },
    };
    const upload = startUpload(join(entry, createContext(item.file, observed)));
    entry.upload = upload;
    void upload.done.then(
      (result) => complete(entry, result),
      (cause: unknown) => fail(entry, cause),
    );
  };

  const complete = (entry: Entry, result: Completed): void => {
    const { totalBytes } = entry.item.progress;
    const progress = { sentBytes: totalBytes, totalBytes };
    end(entry, { state: "completed", result, progress, uploadId: result.id });
  };
  const fail = (entry: Entry, cause: unknown): void => {
    const error = asUploadError(cause);
    const isAborted = error.code === "aborted";
    const state = isAborted ? "aborted" : "failed";
    end(entry, { state, error, canRetry: isAborted || canRetry(error) });
  };
  const end = (entry: Entry, fields: Partial<QueueItem>): void => {
    entry.upload = undefined;
    calls.ended(entry.options.policy);
    change(entry, fields);
    update();
    onEnd(entry.item);
  };

  const update = (): void => {
    slots.setOpen(!isPaused());
    if (!isPaused()) {
      const waiting = filter(isWaiting);
      const started = filter(isToBeSent);
      const now = waiting.slice(0, Math.max(0, concurrency - started.length));
      const later = waiting.slice(now.length).map(({ item, options }) => ({
        bytes: item.file.size,
        ...lives.of(options),
      }));
      const ahead = countAhead(later, {
        bytesLeft: [...started, ...now].reduce((sum, entry) => sum + bytesLeft(entry), 0),
        bytesPerSecond: shared.bytesPerSecond(),
        ahead: Math.max(0, started.length - concurrency),
        asking: now.length,
      });
      for (const entry of now) start(entry, false);
      for (const entry of waiting.slice(now.length, now.length + ahead)) start(entry, true);
    }
    calls.check();
  };

  return {
    bytesPerSecond: () =>
      filter(({ item }) => item.state === "sending").length > 0 ? shared.bytesPerSecond() : 0,
    isOffline: () => waitingForNetwork > 0,
    update,
    pause(entry) {
      if (hasEnded(entry) || entry.item.state === "paused") return;
      if (entry.upload) entry.upload.pause();
      else change(entry, { state: "paused" });
      update();
    },
    resume(entry) {
      if (entry.item.state !== "paused") return;
      change(entry, { state: "queued" });
      entry.upload?.resume();
      update();
    },
    async cancel(entry, options) {
      if (entry.upload) await entry.upload.abort(options);
      else end(entry, { state: "aborted", error: aborted(), canRetry: true });
    },
  };
}

const PAUSED = Symbol("paused");
const aborted = () => new UploadError("aborted", "The upload was aborted");
