/** The strip: ticket → straight to the store → receipt. A step lights up while a file is in it. */
import type { QueueSnapshot } from "../../client/web/src/index.ts";
import { element, find } from "./element.ts";
import { bytesOf, numberOf } from "./format.ts";
import { icon } from "./icons.ts";
import { say, settings } from "./settings.ts";

const STEPS = ["ticket", "store", "receipt"] as const;
type Step = (typeof STEPS)[number];

const STEP_OF = { preparing: "ticket", sending: "store", completing: "receipt" } as const;

/** A local store answers within milliseconds: a light stays on for as long as an eye needs. */
const LIT_MS = 600;

interface Parts {
  readonly root: HTMLElement;
  readonly name: HTMLElement;
  readonly what: HTMLElement;
  readonly count: HTMLElement;
  isActive: boolean;
  litUntilMs: number;
}

export type DrawFlow = (snapshot: QueueSnapshot) => void;

/** Creates the strip. */
export function createFlow(): DrawFlow {
  const parts = new Map(STEPS.map((step) => [step, createStep(step)]));
  find("flow", HTMLOListElement).append(...[...parts.values()].map(({ root }) => root));
  let seen = countsOf(undefined);

  return (snapshot) => {
    const counts = countsOf(snapshot);
    const active = new Set<Step>(
      snapshot.items.flatMap(({ state }) =>
        state === "preparing" || state === "sending" || state === "completing"
          ? [STEP_OF[state]]
          : [],
      ),
    );
    for (const [step, part] of parts) {
      light(part, active.has(step), counts[step] > seen[step]);
      part.name.textContent = say(`flow.${step}`);
      part.what.textContent = say(`flow.${step}.what`);
      part.count.textContent = describe(step, counts[step]);
    }
    seen = counts;
  };
}

function createStep(step: Step): Parts {
  const [name, what, count] = [
    element("strong", {}),
    element("span", { className: "muted" }),
    element("span", { className: "count" }),
  ];
  const text = element("div", {}, name, what);
  const mark = element("span", { className: "mark" }, icon(step));
  return {
    root: element("li", {}, mark, text, count),
    name,
    what,
    count,
    litUntilMs: 0,
    isActive: false,
  };
}

function light(part: Parts, isActive: boolean, isNew: boolean): void {
  if (isNew) part.litUntilMs = performance.now() + LIT_MS;
  const update = () =>
    part.root.classList.toggle("lit", part.isActive || performance.now() < part.litUntilMs);
  part.isActive = isActive;
  update();
  if (isNew) setTimeout(update, LIT_MS);
}

function countsOf(snapshot: QueueSnapshot | undefined): Readonly<Record<Step, number>> {
  const items = snapshot?.items ?? [];
  return {
    ticket: items.filter(({ ticket }) => ticket).length,
    store: snapshot?.totals.sentBytes ?? 0,
    receipt: items.filter(({ result }) => result).length,
  };
}

function describe(step: Step, count: number): string {
  const { language } = settings;
  if (count === 0) return "";
  return step === "store"
    ? say("flow.store.count", { size: bytesOf(language, count) })
    : say(`flow.${step}.count`, { count: numberOf(language, count) });
}
