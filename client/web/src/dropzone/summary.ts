/** The line above several files: how far all are, and buttons for all. */
import type { Queue, QueueItem } from "../queue/queue.ts";
import { create, createButton } from "./create.ts";
import { isActive } from "./row.ts";
import { fillIn } from "./texts.ts";
import type { Words } from "./words.ts";

export interface Summary {
  readonly element: HTMLDivElement;
  readonly update: (items: readonly QueueItem[], words: Words, isDisabled: boolean) => void;
}

/** Creates the summary. It is hidden as long as there are fewer than two files. */
export function createSummary(queue: Queue): Summary {
  const text = create("span", "totals");
  const toggle = createButton("all", () => {
    if (areAllPaused()) queue.resume();
    else queue.pause();
  });
  const retry = createButton("all", () => queue.retryFailed());
  const element = create("div", "summary", text, retry, toggle);
  let shown: readonly QueueItem[] = [];
  const areAllPaused = () =>
    queue.snapshot.isPaused ||
    shown.every(
      (item) => item.state === "paused" || item.state === "completing" || !isActive(item),
    );

  return {
    element,
    update(items, words, isDisabled) {
      shown = items;
      const { texts } = words;
      const { totals, isOffline, isPaused } = queue.snapshot;
      const completed = items.filter(({ state }) => state === "completed").length;
      const sending = items.some(({ state }) => state === "sending");
      const facts = [fillIn(texts.summary, { completed, files: items.length })];
      if (isOffline) facts.push(texts.offline);
      else if (sending && totals.bytesPerSecond > 0) {
        facts.push(words.bytesPerSecond(totals.bytesPerSecond));
        if (totals.secondsLeft !== undefined)
          facts.push(fillIn(texts.timeLeft, { time: words.seconds(totals.secondsLeft) }));
      }
      text.textContent = facts.join(" · ");
      toggle.textContent = areAllPaused() ? texts.resumeAll : texts.pauseAll;
      retry.textContent = texts.retryFailed;
      element.hidden = items.length < 2 && !isOffline && !isPaused;
      toggle.hidden = !items.some(isActive);
      retry.hidden = !items.some(({ state, canRetry }) => state === "failed" && canRetry);
      toggle.disabled = isDisabled;
      retry.disabled = isDisabled;
    },
  };
}
