/** The summary bar: files, bytes, speed, time left, and what is done with all of them. */
import type { Queue } from "../../client/web/src/index.ts";
import { element, find } from "./element.ts";
import { bytesOf, durationOf, numberOf } from "./format.ts";
import { icon, type IconName } from "./icons.ts";
import { say, settings } from "./settings.ts";
import type { TextName } from "./texts.ts";

interface Action {
  readonly name: TextName;
  readonly icon: IconName;
  readonly run: () => void;
}

let drawn = "";

/** Draws the bar. Its buttons keep the focus while they stay. */
export function drawSummary(queue: Queue): void {
  const { items, totals, isOffline } = queue.snapshot;
  find("totals", HTMLElement).replaceChildren(
    ...(isOffline ? [say("offline")] : describe(queue)).map((text) => element("span", {}, text)),
  );
  const bar = find("total", HTMLProgressElement);
  bar.hidden = totals.activeFiles === 0 && totals.sentBytes === totals.totalBytes;
  bar.max = Math.max(1, totals.totalBytes);
  bar.value = totals.sentBytes;
  bar.ariaLabel = say("uploads");
  find("no-uploads", HTMLElement).hidden = items.length > 0;
  drawActions(actionsOf(queue));
}

function describe({ snapshot: { totals } }: Queue): readonly string[] {
  const { language } = settings;
  const { files, completedFiles, sentBytes, totalBytes, bytesPerSecond, secondsLeft } = totals;
  if (files === 0) return [];
  return [
    say("totals.files", {
      done: numberOf(language, completedFiles),
      files: numberOf(language, files),
    }),
    say("totals.bytes", {
      sent: bytesOf(language, sentBytes),
      total: bytesOf(language, totalBytes),
    }),
    bytesPerSecond > 0 && say("totals.speed", { speed: bytesOf(language, bytesPerSecond) }),
    secondsLeft !== undefined &&
      secondsLeft > 0 &&
      say("totals.left", { time: durationOf(language, secondsLeft) }),
  ].filter((text) => typeof text === "string");
}

function actionsOf(queue: Queue): readonly Action[] {
  const { items, isPaused } = queue.snapshot;
  const is = (...states: readonly string[]) => items.some(({ state }) => states.includes(state));
  const canPause = is("queued", "preparing", "sending");
  const pause = () => queue.pause();
  const resume = () => queue.resume();
  return [
    ...(items.some(({ canRetry, state }) => canRetry && state === "failed")
      ? [{ name: "retryFailed", icon: "retry", run: queue.retryFailed } as const]
      : []),
    ...(isPaused || (!canPause && is("paused"))
      ? [{ name: "resumeAll", icon: "play", run: resume } as const]
      : []),
    ...(!isPaused && canPause ? [{ name: "pauseAll", icon: "pause", run: pause } as const] : []),
    ...(is("completed", "failed", "aborted")
      ? [{ name: "clear", icon: "close", run: queue.clear } as const]
      : []),
  ];
}

function drawActions(actions: readonly Action[]): void {
  const wanted = `${settings.language} ${actions.map(({ name }) => name).join(" ")}`;
  if (wanted === drawn) return;
  drawn = wanted;
  const root = find("all", HTMLElement);
  const hadFocus = root.contains(document.activeElement);
  const buttons = actions.map((action) => {
    const button = element(
      "button",
      { type: "button", className: "plain" },
      icon(action.icon),
      element("span", {}, say(action.name)),
    );
    button.addEventListener("click", action.run);
    return button;
  });
  root.replaceChildren(...buttons);
  if (hadFocus) (buttons[0] ?? find("files", HTMLInputElement)).focus();
}
