/** One file: its picture, name, state and buttons. */
import type { Queue, QueueItem } from "../queue/queue.ts";
import { create, createButton } from "./create.ts";
import { drawIcon, iconOf, type IconName } from "./icons.ts";
import { drawPicture } from "./picture.ts";
import { describeState, type Words } from "./words.ts";

type Action = "pause" | "resume" | "retry";

interface Look {
  readonly icon: IconName;
  readonly action?: Action;
  /** Whether the file is still to be sent: it can be cancelled, and has a progress bar. */
  readonly isActive: boolean;
}

const LOOKS = {
  queued: { icon: "waiting", action: "pause", isActive: true },
  preparing: { icon: "waiting", action: "pause", isActive: true },
  sending: { icon: "sending", action: "pause", isActive: true },
  paused: { icon: "paused", action: "resume", isActive: true },
  completing: { icon: "waiting", isActive: true },
  completed: { icon: "completed", isActive: false },
  failed: { icon: "failed", action: "retry", isActive: false },
  aborted: { icon: "remove", isActive: false },
} as const satisfies Readonly<Record<QueueItem["state"], Look>>;

/** Whether a file is still to be sent. */
export function isActive({ state }: QueueItem): boolean {
  return LOOKS[state].isActive;
}

export interface Row {
  readonly element: HTMLLIElement;
  readonly update: (item: QueueItem, words: Words, isDisabled: boolean) => void;
  /** Moves the focus to the button that every row has. */
  readonly focus: () => void;
}

/** Creates the row of a file. `remove` cancels the upload, or forgets an ended one. */
export function createRow(queue: Queue, { id, file }: QueueItem, remove: () => void): Row {
  let action: Action | undefined;
  let shownIcon: IconName | undefined;
  const tile = create("span", "tile", drawIcon(iconOf(file.type)));
  const name = create("bdi", "name", file.name ?? "");
  name.title = file.name ?? "";
  const icon = create("span", "icon");
  const status = create("span", "status");
  const bar = create("progress", "progress");
  const actionButton = createButton("action", () => {
    if (action) queue[action](id);
  });
  const removeButton = createButton("action", remove);
  removeButton.append(drawIcon("remove"));
  const text = create("span", "text", name, create("span", "state", icon, status), bar);
  const element = create("li", "row", tile, text, actionButton, removeButton);

  const label = (button: HTMLButtonElement, verb: string) => {
    button.ariaLabel = `${verb}: ${file.name ?? ""}`;
    button.title = verb;
  };

  const update: Row["update"] = (item, words, isDisabled) => {
    const { texts } = words;
    const look: Look = LOOKS[item.state];
    element.setAttribute("part", `row ${item.state}`);
    element.dataset["state"] = item.state;
    if (look.icon !== shownIcon) icon.replaceChildren(drawIcon(look.icon));
    shownIcon = look.icon;
    status.textContent = describeState(words, item);
    bar.hidden = !look.isActive;
    bar.max = Math.max(1, item.progress.totalBytes);
    bar.value = item.progress.sentBytes;
    bar.ariaLabel = file.name ?? "";

    const next = look.action === "retry" && !item.canRetry ? undefined : look.action;
    if (next !== action) {
      // The focus would be lost with the button.
      if (!next && actionButton.matches(":focus")) removeButton.focus();
      action = next;
      actionButton.hidden = !next;
      actionButton.replaceChildren(...(next ? [drawIcon(next)] : []));
    }
    actionButton.hidden = !next;
    if (next) label(actionButton, texts[next]);
    label(removeButton, look.isActive ? texts.cancel : texts.remove);
    actionButton.disabled = isDisabled;
    removeButton.disabled = isDisabled;
  };
  return {
    element,
    update,
    focus: () => removeButton.focus(),
  };
}

/** Shows the picture of an image, once its row is in the page. */
export function showPicture({ element }: Row, { file }: QueueItem): void {
  const icon = element.querySelector("[part=tile] > svg");
  if (icon) drawPicture(file, icon);
}
