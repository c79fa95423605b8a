/** A queue of files: a few are sent at a time, and the others wait without a ticket. */
import { checkFile } from "../check-file.ts";
import type { UploadFile } from "../options.ts";
import { MAX_PUTS } from "../slots.ts";
import type { PoliciesOf } from "../typed-policies.ts";
import { contextOf, type Uploader } from "../uploader.ts";
import { createEntry, hasEnded, resetEntry, type Entry } from "./entry.ts";
import { createListeners } from "./listeners.ts";
import type { Queue, QueueItem, QueueOptions, QueueSnapshot } from "./queue.ts";
import { createRunner } from "./runner.ts";
import { sumUp } from "./totals.ts";

/** Creates an empty queue. Uploads of the same uploader take turns with its files. */
export function createQueue<Config extends PoliciesOf = PoliciesOf>(
  uploader: Uploader<Config>,
  options?: QueueOptions,
): Queue<Config>;
export function createQueue(
  uploader: Uploader,
  { concurrency = MAX_PUTS, policies }: QueueOptions = {},
): Queue {
  const entries = new Map<string, Entry>();
  const { on, emit } = createListeners();
  let snapshot: QueueSnapshot | undefined;
  let isPaused = false;
  let added = 0;

  const changed = (item?: QueueItem): void => {
    snapshot = undefined;
    emit("change", item);
  };
  const onEnd = (item: QueueItem): void => {
    if (item.state === "completed" || item.state === "failed") emit(item.state, item);
    if ([...entries.values()].every(hasEnded)) emit("idle");
  };
  const runner = createRunner(uploader[contextOf], {
    entries,
    concurrency: Math.max(1, concurrency),
    isPaused: () => isPaused,
    onChange: changed,
    onEnd,
  });

  /** Fails a file that cannot pass. What a quota has left changes: only the service knows it. */
  const refuse = (entry: Entry): void => {
    const list = policies?.();
    const { item, options } = entry;
    const name = item.policy ?? list?.default;
    const policy = list?.policies.find((one) => one.name === name);
    const error = policy && checkFile(item.file, policy, options);
    if (error && error.code !== "quota-exceeded") entry.item = { ...item, state: "failed", error };
  };
  const restart = (entry: Entry): void => {
    resetEntry(entry);
    changed(entry.item);
  };
  const setPaused = (value: boolean): void => {
    isPaused = value;
    for (const entry of entries.values()) {
      if (!value) runner.resume(entry);
      else if (entry.item.state === "sending") runner.pause(entry);
    }
    changed();
    runner.update();
  };

  return {
    get snapshot() {
      snapshot ??= {
        items: [...entries.values()].map(({ item }) => item),
        totals: sumUp(entries.values(), runner.bytesPerSecond()),
        isPaused,
        isOffline: runner.isOffline(),
      };
      return snapshot;
    },
    add(files, options = {}) {
      const items = Array.from(files, (file: UploadFile) => {
        const entry = createEntry(String((added += 1)), file, options);
        refuse(entry);
        entries.set(entry.item.id, entry);
        return entry.item;
      });
      changed();
      runner.update();
      for (const item of items) if (item.state === "failed") onEnd(item);
      return items.map((item) => entries.get(item.id)?.item ?? item);
    },
    pause(id) {
      if (id === undefined) {
        setPaused(true);
        return;
      }
      const entry = entries.get(id);
      if (entry) runner.pause(entry);
    },
    resume(id) {
      if (id === undefined) {
        setPaused(false);
        return;
      }
      const entry = entries.get(id);
      if (entry) runner.resume(entry);
    },
    async cancel(id, options) {
      const entry = entries.get(id);
      if (entry && !hasEnded(entry)) await runner.cancel(entry, options);
    },
    retry(id) {
      const entry = entries.get(id);
      if (entry?.item.state !== "failed" && entry?.item.state !== "aborted") return;
      restart(entry);
      runner.update();
    },
    retryFailed() {
      for (const entry of entries.values())
        if (entry.item.state === "failed" && entry.item.canRetry) restart(entry);
      runner.update();
    },
    clear() {
      for (const [id, entry] of entries) if (hasEnded(entry)) entries.delete(id);
      changed();
    },
    on,
  };
}
