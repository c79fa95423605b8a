/** The list of the files. Only rows whose file has changed are touched. */
import type { Queue, QueueItem } from "../queue/queue.ts";
import { create } from "./create.ts";
import { createRow, showPicture, type Row } from "./row.ts";
import type { Words } from "./words.ts";

export interface List {
  readonly element: HTMLUListElement;
  readonly update: (items: readonly QueueItem[], words: Words, isDisabled: boolean) => void;
}

interface Shown {
  readonly row: Row;
  item: QueueItem;
}

/** Creates the list of the files of a queue. `focusElsewhere` is called when the last row is removed. */
export function createList(
  queue: Queue,
  remove: (item: QueueItem) => void,
  focusElsewhere: () => void,
): List {
  const element = create("ul", "list");
  // Safari announces no list without this role, because it has no bullets.
  element.role = "list";
  const shown = new Map<string, Shown>();
  let before: { readonly words: Words; readonly isDisabled: boolean } | undefined;

  const removeAndFocus = (id: string) => {
    const ids = [...shown.keys()];
    const index = ids.indexOf(id);
    const neighbor = shown.get(ids[index + 1] ?? ids[index - 1] ?? "");
    const item = shown.get(id)?.item;
    if (item) remove(item);
    if (neighbor) neighbor.row.focus();
    else focusElsewhere();
  };

  return {
    element,
    update(items, words, isDisabled) {
      const ids = new Set(items.map(({ id }) => id));
      for (const [id, { row }] of shown)
        if (!ids.has(id)) {
          row.element.remove();
          shown.delete(id);
        }
      const isSame = before?.words === words && before.isDisabled === isDisabled;
      before = { words, isDisabled };
      element.ariaLabel = words.texts.files;
      element.hidden = items.length === 0;
      for (const item of items) {
        const known = shown.get(item.id);
        if (known?.item === item && isSame) continue;
        const row = known?.row ?? createRow(queue, item, () => removeAndFocus(item.id));
        row.update(item, words, isDisabled);
        if (known) known.item = item;
        else {
          element.append(row.element);
          shown.set(item.id, { row, item });
          showPicture(row, item);
        }
      }
    },
  };
}
