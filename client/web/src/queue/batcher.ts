/** Collects what is asked for, and asks for it in batches. */
import type { Dependencies } from "../dependencies.ts";
import { UploadError } from "../error.ts";

/** The result of one item. `isFinal`: it was tried again as often as usual. */
export type Outcome =
  | { readonly answer: unknown }
  | { readonly error: unknown; readonly isFinal: boolean };

export interface Batcher<Item> {
  /** Rejects only with the signal's reason. */
  readonly ask: (item: Item, signal: AbortSignal) => Promise<Outcome>;
  /** Sends what waits, if nothing more is coming. */
  readonly check: () => void;
}

interface BatcherOptions<Item> {
  /** Returns one outcome for each item, in their order. */
  readonly send: (items: readonly Item[], signal: AbortSignal) => Promise<readonly Outcome[]>;
  /** Whether what was sent is waited for even if the signal is aborted. */
  readonly mustFinish: boolean;
  /** How long the first item waits for more. */
  readonly delayMs: number;
  /** Whether another item is likely to come soon. */
  readonly isMoreComing: () => boolean;
  /** Resolves when a request may be sent. */
  readonly ready: () => Promise<void>;
  readonly wait: Dependencies["wait"];
}

interface Waiting<Item> {
  readonly item: Item;
  readonly signal: AbortSignal;
  readonly resolve: (outcome: Outcome) => void;
}

/** The limits of the service: items in a batch, and bytes of JSON with some room to spare. */
const MAX_ITEMS = 25;
const MAX_BYTES = 60_000;

export function createBatcher<Item>(options: BatcherOptions<Item>): Batcher<Item> {
  const { delayMs, isMoreComing, mustFinish, wait } = options;
  const waiting = new Set<Waiting<Item>>();
  let timer: AbortController | undefined;
  let isFlushing = false;

  const takeBatch = (): readonly Waiting<Item>[] => {
    const batch: Waiting<Item>[] = [];
    let bytes = 0;
    for (const one of waiting) {
      bytes += new TextEncoder().encode(JSON.stringify(one.item)).length + 1;
      if (batch.length === MAX_ITEMS || (batch.length > 0 && bytes > MAX_BYTES)) break;
      waiting.delete(one);
      batch.push(one);
    }
    return batch;
  };

  const sendBatch = async (batch: readonly Waiting<Item>[]): Promise<void> => {
    const stop = new AbortController();
    const isAbandoned = () => batch.every(({ signal }) => signal.aborted);
    const stopIfAbandoned = () => void (isAbandoned() && stop.abort());
    for (const { signal } of batch) signal.addEventListener("abort", stopIfAbandoned);
    try {
      const outcomes = await options.send(
        batch.map(({ item }) => item),
        stop.signal,
      );
      for (const [index, { resolve }] of batch.entries())
        resolve(outcomes[index] ?? { error: missing(), isFinal: true });
    } catch (error) {
      for (const { resolve } of batch) resolve({ error, isFinal: true });
    } finally {
      for (const { signal } of batch) signal.removeEventListener("abort", stopIfAbandoned);
    }
  };

  const flush = async (): Promise<void> => {
    if (isFlushing) return;
    isFlushing = true;
    timer?.abort();
    timer = undefined;
    await options.ready();
    isFlushing = false;
    const batch = takeBatch();
    if (batch.length > 0) void sendBatch(batch);
    check();
  };

  const check = (): void => {
    if (waiting.size === 0 || isFlushing) return;
    if (waiting.size >= MAX_ITEMS || !isMoreComing()) void flush();
    else if (!timer) {
      timer = new AbortController();
      wait(delayMs, timer.signal).then(flush, () => undefined);
    }
  };

  return {
    ask: async (item, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const leave = () => {
          if (waiting.delete(one) || !mustFinish) reject(signal.reason);
        };
        const one: Waiting<Item> = {
          item,
          signal,
          resolve(outcome) {
            signal.removeEventListener("abort", leave);
            resolve(outcome);
          },
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.add(one);
        check();
      }),
    check,
  };
}

const missing = () =>
  new UploadError("unexpected-answer", "The service gave no result for one item of a batch");
