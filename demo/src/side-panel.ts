/** Where the chosen file is shown: beside the list, or in a sheet over it on a phone. */
import { element, find } from "./element.ts";
import { icon } from "./icons.ts";
import { say } from "./settings.ts";

const NARROW = matchMedia("(max-width: 60rem)");

export interface SidePanel {
  /** Replaces what is shown. */
  readonly draw: (title: string, ...content: readonly HTMLElement[]) => void;
  /** Shows it where it is not always to be seen. `closed` is called when the person closes it. */
  readonly open: (closed: () => void) => void;
}

/** Creates the panel. */
export function createSidePanel(): SidePanel {
  const side = find("side", HTMLElement);
  const sheet = find("sheet", HTMLDialogElement);
  const heading = element("h2", { id: "side-title" });
  const close = element("button", { type: "button", className: "plain round" }, icon("close"));
  const body = element("div", { className: "details" });
  const panel = element("div", {}, element("div", { className: "bar" }, heading, close), body);
  let onClose: (() => void) | undefined;

  side.setAttribute("aria-labelledby", heading.id);
  sheet.setAttribute("aria-labelledby", heading.id);
  close.addEventListener("click", () => sheet.close());
  sheet.addEventListener("close", () => onClose?.());
  // A tap beside the sheet.
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close();
  });
  const place = () => {
    if (!NARROW.matches) sheet.close();
    side.hidden = NARROW.matches;
    close.hidden = !NARROW.matches;
    (NARROW.matches ? sheet : side).append(panel);
  };
  NARROW.addEventListener("change", place);
  place();

  return {
    draw(title, ...content) {
      heading.textContent = title;
      close.ariaLabel = say("close");
      body.replaceChildren(...content);
    },
    open(closed) {
      if (!NARROW.matches) return;
      onClose = closed;
      sheet.showModal();
      heading.tabIndex = -1;
      heading.focus();
    },
  };
}
