/** One upload on the page: its picture, its bar, its buttons, what was signed, and its receipt. */
import { element } from "./element.ts";
import type { CheckedReceipt } from "./receipt.ts";
import { bytesOf, isTextName, textOf, type Language, type TextName } from "./texts.ts";

type State = "waiting" | "sending" | "paused" | "checking" | "completed" | "aborted" | "failed";

/** What is known of an upload, as the page shows it. */
export interface Shown {
  readonly state: State;
  readonly sentBytes: number;
  /** What the ticket has: its headers, and when it ends. */
  readonly signed?: {
    readonly headers: Readonly<Record<string, string>>;
    readonly expiresAtMs: number;
  };
  readonly receipt?: CheckedReceipt;
  readonly refusal?: { readonly code: string; readonly detail: string };
}

/** What a person may do with it. */
export interface Actions {
  readonly pause: () => void;
  readonly resume: () => void;
  readonly cancel: () => void;
  readonly again: () => void;
}

const BUTTONS: Readonly<Record<State, readonly (keyof Actions)[]>> = {
  waiting: ["cancel"],
  sending: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  checking: [],
  completed: [],
  aborted: [],
  failed: ["again"],
};

export interface ItemView {
  readonly root: HTMLElement;
  readonly show: (shown: Shown, language: Language) => void;
}

/** A list item that keeps its focus and its open details from one state to the next. */
export function createItem(file: File, actions: Actions): ItemView {
  const bar = element("progress", { max: Math.max(1, file.size) });
  const state = element("p", { className: "state" });
  const time = element("p", { className: "quiet" });
  const buttons = element("div", { className: "buttons" });
  const signed = createDetails();
  const receipt = createDetails();
  const detail = element("p", { className: "quiet more" });
  const root = element(
    "li",
    {},
    pictureOf(file),
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
    show({ state: now, sentBytes, signed: ticket, receipt: checked, refusal }, language) {
      bar.value = sentBytes;
      const sent = bytesOf(language, sentBytes);
      const total = bytesOf(language, file.size);
      bar.ariaLabel = textOf(language, "sum", { name: file.name, sent, total });
      state.dataset["state"] = now;
      const words = refusal ? textOf(language, refusalName(refusal.code)) : textOf(language, now);
      state.textContent =
        now === "sending" || now === "paused" ? `${words} · ${sent} / ${total}` : words;
      detail.textContent = refusal?.detail ?? "";

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
        // Who used a button goes on with the next one.
        if (hadFocus) buttons.querySelector("button")?.focus();
      }

      if (ticket) {
        const left = Math.max(0, Math.ceil((ticket.expiresAtMs - Date.now()) / 1000));
        time.textContent =
          left > 0 ? textOf(language, "expiresIn", { seconds: left }) : textOf(language, "expired");
        const lines = Object.entries(ticket.headers).map(([name, value]) => `${name}: ${value}`);
        signed.show(textOf(language, "signed"), lines.join("\n"));
      }
      if (checked) {
        const mark = textOf(language, checked.isVerified ? "verified" : "notVerified");
        receipt.show(`${textOf(language, "receipt")}: ${mark}`, checked.text);
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

/** The picture itself, or a sign for its kind. The name stands beside it. */
function pictureOf(file: File): HTMLElement {
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

function refusalName(code: string): TextName {
  return isTextName(code) ? code : "other";
}
