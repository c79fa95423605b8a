/** One file of the list: a line with its state, its progress and its buttons. */
import type { QueueItem } from "../../client/web/src/index.ts";
import { STATE_ICONS, describeState } from "./describe-state.ts";
import { element } from "./element.ts";
import { previewOf } from "./file-icon.ts";
import { bytesOf } from "./format.ts";
import { icon, type IconName } from "./icons.ts";
import { say, settings } from "./settings.ts";

export interface RowActions {
  readonly show: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly cancel: () => void;
  readonly retry: () => void;
}

type ButtonName = Exclude<keyof RowActions, "show">;

const ICONS: Readonly<Record<ButtonName, IconName>> = {
  pause: "pause",
  resume: "play",
  cancel: "close",
  retry: "retry",
};

function buttonsOf({ state, canRetry }: QueueItem): readonly ButtonName[] {
  if (state === "preparing" || state === "sending") return ["pause", "cancel"];
  if (state === "paused") return ["resume", "cancel"];
  if (state === "queued") return ["cancel"];
  return (state === "failed" || state === "aborted") && canRetry ? ["retry"] : [];
}

export interface Row {
  readonly root: HTMLElement;
  readonly draw: (item: QueueItem, isChosen: boolean) => void;
  readonly focus: () => void;
}

/** Creates a row. It keeps the focus of its buttons when its state changes. */
export function createRow({ file }: QueueItem, actions: RowActions): Row {
  const filename = file.name ?? "";
  const mark = element("span", { className: "mark" });
  const name = element("button", { type: "button", className: "name" }, filename);
  const size = element("span", { className: "size muted" });
  const state = element("span", { className: "state" });
  const bar = element("progress", { max: Math.max(1, file.size) });
  const buttons = element("span", { className: "buttons" });
  const root = element("li", {}, mark, previewOf(file), name, size, state, buttons, bar);
  name.addEventListener("click", actions.show);
  let drawn = "";

  return {
    root,
    focus: () => name.focus(),
    draw(item, isChosen) {
      const { language } = settings;
      root.dataset["state"] = item.state;
      state.textContent = describeState(item);
      size.textContent = bytesOf(language, file.size);
      name.setAttribute("aria-current", String(isChosen));
      name.title = filename;
      const { sentBytes, totalBytes } = item.progress;
      bar.hidden = !["preparing", "sending", "paused", "completing"].includes(item.state);
      bar.value = sentBytes;
      bar.ariaLabel = say("progress", {
        name: filename,
        sent: bytesOf(language, sentBytes),
        total: bytesOf(language, totalBytes),
      });
      const wanted = `${item.state} ${item.canRetry} ${language}`;
      if (wanted === drawn) return;
      drawn = wanted;
      mark.replaceChildren(icon(STATE_ICONS[item.state]));
      const hadFocus = buttons.contains(document.activeElement);
      buttons.replaceChildren(
        ...buttonsOf(item).map((action) => {
          const label = `${say(action)}: ${filename}`;
          const button = element(
            "button",
            { type: "button", className: "plain round", ariaLabel: label, title: say(action) },
            icon(ICONS[action]),
          );
          button.addEventListener("click", actions[action]);
          return button;
        }),
      );
      if (hadFocus) (buttons.querySelector("button") ?? name).focus();
    },
  };
}
