/** The files of one queue, as the dropzone shows them. */
import type { Queue, QueueItem } from "../queue/queue.ts";
import { create } from "./create.ts";
import { createList } from "./list.ts";
import { isActive } from "./row.ts";
import { createSummary } from "./summary.ts";
import type { Words } from "./words.ts";

interface Reactions {
  /** Called when bytes were sent, or the connection was lost: nothing that a form sees. */
  readonly onProgress: () => void;
  /** Called with the files that are new or in another state. There are none if files were removed. */
  readonly onChange: (changed: readonly QueueItem[]) => void;
  /** Called when the list has nothing left to focus. */
  readonly focusElsewhere: () => void;
}

export interface UploadsView {
  readonly queue: Queue;
  readonly element: HTMLDivElement;
  /** The files that are shown: not those that were cancelled or removed. */
  readonly items: () => readonly QueueItem[];
  readonly update: (words: Words, isDisabled: boolean) => void;
  /** Cancels the uploads that have not ended, and removes all files. */
  readonly removeAll: () => void;
  /** Follows the queue, until the returned function is called. */
  readonly follow: () => () => void;
}

export function createUploadsView(queue: Queue, reactions: Reactions): UploadsView {
  const { onProgress, onChange, focusElsewhere } = reactions;
  const removed = new Set<string>();
  let states = new Map<string, QueueItem["state"]>();
  const items = () =>
    queue.snapshot.items.filter(({ id, state }) => state !== "aborted" && !removed.has(id));

  const react = () => {
    const now = items();
    const changed = now.filter(({ id, state }) => states.get(id) !== state);
    const isSame = changed.length === 0 && states.size === now.length;
    states = new Map(now.map(({ id, state }) => [id, state]));
    if (isSame) onProgress();
    else onChange(changed);
  };
  const forget = (item: QueueItem) => {
    removed.add(item.id);
    if (isActive(item)) void queue.cancel(item.id).catch(() => undefined);
  };
  const summary = createSummary(queue);
  const list = createList(
    queue,
    (item) => {
      forget(item);
      react();
    },
    focusElsewhere,
  );

  return {
    queue,
    element: create("div", "uploads", summary.element, list.element),
    items,
    update(words, isDisabled) {
      const now = items();
      summary.update(now, words, isDisabled);
      list.update(now, words, isDisabled);
    },
    removeAll() {
      for (const item of items()) forget(item);
      react();
    },
    follow() {
      // What was in the queue before is no news.
      states = new Map(items().map(({ id, state }) => [id, state]));
      return queue.on("change", react);
    },
  };
}
