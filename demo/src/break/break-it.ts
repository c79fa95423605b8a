/** "Break it": six attempts to misuse a ticket, and what the store says to each. */
import { element, find } from "../element.ts";
import { icon } from "../icons.ts";
import type { PolicyInfo } from "../../../client/web/src/index.ts";
import { say } from "../settings.ts";
import { ATTEMPTS, ATTEMPT_ICONS, type AttemptName } from "./attempts.ts";
import { badgeOf, viewOf } from "./outcome-view.ts";
import { runAttempt, type Outcome } from "./run-attempt.ts";

export interface BreakIt {
  readonly draw: () => void;
  /** Forgets the outcomes: they belong to another policy or user. */
  readonly reset: () => void;
}

interface BreakItOptions {
  readonly policy: () => PolicyInfo | undefined;
  readonly announce: (text: string) => void;
}

/** Creates the section. */
export function createBreakIt({ policy, announce }: BreakItOptions): BreakIt {
  const outcomes = new Map<AttemptName, Outcome>();
  const buttons = new Map(ATTEMPTS.map((name) => [name, createButton(name)]));
  const all = find("break-all", HTMLButtonElement);
  const view = find("outcome", HTMLElement);
  let chosen: AttemptName | undefined;
  let running: AttemptName | undefined;
  let secondsLeft: number | undefined;

  const draw = (): void => {
    all.textContent = say("breakAll");
    drawTally([...outcomes.values()]);
    for (const [name, { root, text, result }] of buttons) {
      const outcome = outcomes.get(name);
      root.setAttribute("aria-current", String(name === chosen));
      // Not `disabled`: the button would lose the focus.
      root.ariaDisabled = String(running !== undefined);
      text.textContent = say(`break.${name}`);
      result.replaceChildren(
        ...(running === name ? [say("running")] : outcome ? [badgeOf(outcome)] : []),
      );
    }
    all.ariaDisabled = String(running !== undefined);
    view.ariaLabel = say("storeAnswered");
    const outcome = chosen && outcomes.get(chosen);
    if (outcome) view.replaceChildren(...viewOf(outcome));
    else if (secondsLeft !== undefined)
      view.replaceChildren(element("p", {}, say("waiting", { seconds: secondsLeft })));
    else view.replaceChildren(element("p", { className: "muted" }, say("breakNone")));
  };

  const run = async (name: AttemptName): Promise<void> => {
    const rules = policy();
    if (!rules) return;
    [chosen, running] = [name, name];
    outcomes.delete(name);
    draw();
    const onWait = (left: number) => {
      secondsLeft = left;
      draw();
    };
    try {
      const outcome = await runAttempt(name, rules, { onWait });
      outcomes.set(name, outcome);
      announce(`${say(`break.${name}`)}: ${badgeOf(outcome).textContent}`);
    } finally {
      [running, secondsLeft] = [undefined, undefined];
      draw();
    }
  };

  const runAll = async (): Promise<void> => {
    for (const name of ATTEMPTS) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each can be seen
      await run(name);
    }
    announce(find("tally", HTMLElement).textContent);
  };

  for (const [name, { root }] of buttons)
    root.addEventListener("click", () => {
      if (running === undefined) void run(name);
    });
  all.addEventListener("click", () => {
    if (running === undefined) void runAll();
  });
  const items = [...buttons.values()].map(({ root }) => element("li", {}, root));
  find("attempts", HTMLUListElement).append(...items);

  return {
    draw,
    reset() {
      outcomes.clear();
      chosen = undefined;
      draw();
    },
  };
}

/** Counts the attempts that reached the store, and those that it refused. */
function drawTally(outcomes: readonly Outcome[]): void {
  const tried = outcomes.filter(({ kind }) => kind === "refused" || kind === "accepted");
  const refused = tried.filter(({ kind }) => kind === "refused").length;
  const tally = find("tally", HTMLElement);
  tally.hidden = tried.length === 0;
  tally.className = `badge ${refused === tried.length ? "good" : "bad"}`;
  tally.textContent = say("tally", { refused, tried: tried.length });
}

interface AttemptButton {
  readonly root: HTMLButtonElement;
  readonly text: HTMLElement;
  readonly result: HTMLElement;
}

function createButton(name: AttemptName): AttemptButton {
  const [text, result] = [element("span", {}), element("span", { className: "result" })];
  const root = element("button", { type: "button" }, icon(ATTEMPT_ICONS[name]), text, result);
  return { root, text, result };
}
