/** The list of files, the newest first. Each keeps its element, and so its focus. */
import type { Queue, QueueItem } from "../../client/web/src/index.ts";
import { find } from "./element.ts";
import { createRow, type Row } from "./row.ts";

interface RowsOptions {
  readonly queue: Queue;
  readonly show: (item: QueueItem) => void;
  readonly cancelFailed: (item: QueueItem) => void;
}

export interface Rows {
  readonly draw: (chosenId: string | undefined) => void;
  /** Moves the focus to a file, if it is still in the list. */
  readonly focus: (id: string) => void;
}

/** Creates the list. */
export function createRows({ queue, show, cancelFailed }: RowsOptions): Rows {
  const list = find("uploads", HTMLUListElement);
  const rows = new Map<string, Row>();

  const add = (item: QueueItem): Row => {
    const { id } = item;
    const current = () => queue.snapshot.items.find((one) => one.id === id) ?? item;
    const row = createRow(item, {
      show: () => show(current()),
      pause: () => queue.pause(id),
      resume: () => queue.resume(id),
      cancel: () => void queue.cancel(id).catch(() => cancelFailed(current())),
      retry: () => queue.retry(id),
    });
    rows.set(id, row);
    list.prepend(row.root);
    return row;
  };

  return {
    focus: (id) => rows.get(id)?.focus(),
    draw(chosenId) {
      const { items } = queue.snapshot;
      const ids = new Set(items.map(({ id }) => id));
      for (const [id, row] of rows) {
        if (ids.has(id)) continue;
        row.root.remove();
        rows.delete(id);
      }
      for (const item of items) (rows.get(item.id) ?? add(item)).draw(item, item.id === chosenId);
    },
  };
}
