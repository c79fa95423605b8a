/** One upload in the list: preview, progress bar, buttons, signed headers and receipt. */
import { element } from "./element.ts";
import type { CheckedReceipt } from "./receipt.ts";
import { bytesOf, isTextName, textOf, type Language, type TextName } from "./texts.ts";

type State = "waiting" | "sending" | "paused" | "checking" | "completed" | "aborted" | "failed";

/** The state of an upload that the page shows. */
export interface ItemState {
  readonly state: State;
  readonly sentBytes: number;
  /** The headers and the expiry of the ticket. */
  readonly signed?: {
    readonly headers: Readonly<Record<string, string>>;
    readonly expiresAtMs: number;
  };
  readonly receipt?: CheckedReceipt;
  readonly error?: { readonly code: string; readonly detail: string };
}

/** What the buttons do. */
export interface Actions {
  readonly pause: () => void;
  readonly resume: () => void;
  readonly cancel: () => void;
  readonly retry: () => void;
}

const BUTTONS: Readonly<Record<State, readonly (keyof Actions)[]>> = {
  waiting: ["cancel"],
  sending: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  checking: [],
  completed: [],
  aborted: [],
  failed: ["retry"],
};

export interface ItemView {
  readonly root: HTMLElement;
  readonly show: (item: ItemState, language: Language) => void;
}

/** Creates a list item. It keeps its focus and its open details when its state changes. */
export function createItem(file: File, actions: Actions): ItemView {
  const bar = element("progress", { max: Math.max(1, file.size) });
  const state = element("p", { className: "state" });
  const time = element("p", { className: "muted" });
  const buttons = element("div", { className: "buttons" });
  const signed = createDetails();
  const receipt = createDetails();
  const detail = element("p", { className: "muted more" });
  const root = element(
    "li",
    {},
    previewOf(file),
    element("div", {}, element("div", { className: "name" }, file.name), bar, state),
    element("div", {}, buttons),
    detail,
    signed.root,
    receipt.root,
  );
  signed.root.append(time);
  let drawn = "";

  return {
    root,
    show({ state: now, sentBytes, signed: ticket, receipt: checked, error }, language) {
      bar.value = sentBytes;
      const sent = bytesOf(language, sentBytes);
      const total = bytesOf(language, file.size);
      bar.ariaLabel = textOf(language, "progress", { name: file.name, sent, total });
      state.dataset["state"] = now;
      const label = error ? textOf(language, errorName(error.code)) : textOf(language, now);
      state.textContent =
        now === "sending" || now === "paused" ? `${label} · ${sent} / ${total}` : label;
      detail.textContent = error?.detail ?? "";

      if (drawn !== `${now} ${language}`) {
        drawn = `${now} ${language}`;
        const hadFocus = buttons.contains(document.activeElement);
        buttons.replaceChildren(
          ...BUTTONS[now].map((name) => {
            const button = element("button", { type: "button" }, textOf(language, name));
            button.ariaLabel = `${textOf(language, name)}: ${file.name}`;
            button.addEventListener("click", actions[name]);
            return button;
          }),
        );
        // The new first button takes the focus of the one that was replaced.
        if (hadFocus) buttons.querySelector("button")?.focus();
      }

      if (ticket) {
        const secondsLeft = Math.max(0, Math.ceil((ticket.expiresAtMs - Date.now()) / 1000));
        time.textContent =
          secondsLeft > 0
            ? textOf(language, "expiresIn", { seconds: secondsLeft })
            : textOf(language, "expired");
        const lines = Object.entries(ticket.headers).map(([name, value]) => `${name}: ${value}`);
        signed.show(textOf(language, "signed"), lines.join("\n"));
      }
      if (checked) {
        const result = textOf(language, checked.isVerified ? "verified" : "notVerified");
        receipt.show(`${textOf(language, "receipt")}: ${result}`, checked.text);
      }
    },
  };
}

function createDetails(): {
  readonly root: HTMLDetailsElement;
  readonly show: (title: string, text: string) => void;
} {
  const summary = element("summary", {});
  const pre = element("pre", { tabIndex: 0 });
  const root = element("details", { className: "more", hidden: true }, summary, pre);
  return {
    root,
    show(title, text) {
      root.hidden = false;
      summary.textContent = title;
      pre.textContent = text;
      pre.ariaLabel = title;
    },
  };
}

/** Creates a preview of an image, or an icon for any other file. */
function previewOf(file: File): HTMLElement {
  if (!file.type.startsWith("image/"))
    return element(
      "div",
      { className: "picture", ariaHidden: "true" },
      file.type.startsWith("video/") ? "🎬" : "📄",
    );
  const url = URL.createObjectURL(file);
  const picture = element("img", { className: "picture", alt: "", src: url });
  picture.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
  return picture;
}

function errorName(code: string): TextName {
  return isTextName(code) ? code : "other";
}
