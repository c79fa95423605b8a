/** The policies as tabs: the arrow keys move between them. */
import { element, find } from "./element.ts";
import { say } from "./settings.ts";

interface Tabs {
  readonly names: readonly string[];
  readonly chosen: string;
  readonly choose: (name: string) => void;
}

/** Draws the tabs. The chosen one keeps the focus. */
export function drawTabs({ names, chosen, choose }: Tabs): void {
  const list = find("tabs", HTMLElement);
  const hadFocus = list.contains(document.activeElement);
  list.ariaLabel = say("policies");
  const tabs = names.map((name, index) => {
    const isChosen = name === chosen;
    const tab = element("button", { type: "button", role: "tab", id: `tab-${name}` }, name);
    tab.ariaSelected = String(isChosen);
    tab.tabIndex = isChosen ? 0 : -1;
    tab.setAttribute("aria-controls", "policy");
    tab.addEventListener("click", () => choose(name));
    tab.addEventListener("keydown", (event) => {
      const to = names[nextIndex(event.key, index, names.length) ?? -1];
      if (to === undefined) return;
      event.preventDefault();
      choose(to);
    });
    return tab;
  });
  list.replaceChildren(...tabs);
  find("policy", HTMLElement).setAttribute("aria-labelledby", `tab-${chosen}`);
  if (hadFocus) tabs[names.indexOf(chosen)]?.focus();
}

function nextIndex(key: string, from: number, count: number): number | undefined {
  if (key === "ArrowRight") return (from + 1) % count;
  if (key === "ArrowLeft") return (from + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : undefined;
}
