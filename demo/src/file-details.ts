/** Everything about one file: its steps, the signed request, the receipt, or why it was refused. */
import type { QueueItem, SignedPut } from "../../client/web/src/index.ts";
import { describeError } from "./describe-error.ts";
import { describeState, STATE_ICONS } from "./describe-state.ts";
import { element } from "./element.ts";
import { bytesOf, durationOf, elapsedOf } from "./format.ts";
import { icon } from "./icons.ts";
import type { CheckedReceipt } from "./receipt.ts";
import { say, settings } from "./settings.ts";
import { putOf, readSigned } from "./signed-request.ts";
import type { Timeline, TimedStep } from "./timeline.ts";

interface Known {
  readonly timeline: Timeline;
  readonly receipt: CheckedReceipt | undefined;
  /** What the policy takes. */
  readonly types: readonly string[];
}

/** Returns the sections of a file. */
export function detailsOf(item: QueueItem, known: Known): readonly HTMLElement[] {
  const put = item.ticket && putOf(item.ticket);
  return [
    stateOf(item),
    ...(item.error && item.state === "failed" ? [errorOf(item, known.types)] : []),
    factsOf(item),
    ...(put ? [stepsOf(item, known.timeline), signedOf(item, put)] : []),
    ...(known.receipt ? [receiptOf(known.receipt)] : []),
  ];
}

function stateOf(item: QueueItem): HTMLElement {
  const state = element("p", { className: "state" }, icon(STATE_ICONS[item.state]));
  state.dataset["state"] = item.state;
  state.append(describeState(item));
  return state;
}

function errorOf({ error, file }: QueueItem, types: readonly string[]): HTMLElement {
  if (!error) return element("div", {});
  const { detail } = describeError(settings.language, error, { contentType: file.type, types });
  const original = element(
    "p",
    { className: "code", lang: "en" },
    `${error.code}: ${error.detail}`,
  );
  const summary = element("summary", {}, say("forDevelopers"));
  return element("div", {}, element("p", {}, detail), element("details", {}, summary, original));
}

function factsOf({ file, ticket }: QueueItem): HTMLElement {
  const facts = [
    [say("size"), bytesOf(settings.language, file.size)],
    [say("type"), file.type || "application/octet-stream"],
    ...(ticket ? [[say("key"), ticket.key] as const] : []),
  ] as const;
  return tableOf(facts);
}

/** A list of names and values. */
function tableOf(rows: readonly (readonly [string, string])[]): HTMLElement {
  const pairs = rows.flatMap(([name, value]) => [
    element("dt", {}, name),
    element("dd", {}, value === "" ? element("em", {}, say("noValue")) : value),
  ]);
  return element("dl", {}, ...pairs);
}

function stepsOf({ state }: QueueItem, timeline: Timeline): HTMLElement {
  const steps = (["preparing", "sending", "completing"] as const).map((step: TimedStep) => {
    const spentMs = timeline[step];
    const time = spentMs === undefined ? "…" : elapsedOf(settings.language, spentMs);
    const one = element("li", {}, element("strong", {}, say(`step.${step}`)), time);
    one.className = state === step ? "lit" : spentMs === undefined ? "" : "done";
    return one;
  });
  const list = element("ol", { className: "steps" }, ...steps);
  list.ariaLabel = say("steps");
  return list;
}

function signedOf({ ticket }: QueueItem, put: SignedPut): HTMLElement {
  const { method, path, fields, expiresAt } = readSigned(put);
  const secondsLeft = (expiresAt.getTime() - Date.now()) / 1000;
  const time =
    secondsLeft > 0
      ? say("expiresIn", { time: durationOf(settings.language, secondsLeft) })
      : say("expired");
  const title = ticket?.multipart ? say("signedPart") : say("signed");
  return element(
    "section",
    {},
    element("h3", {}, title, element("span", { className: "badge" }, time)),
    element("p", { className: "code request" }, element("b", {}, method), ` ${path}`),
    tableOf(fields.map(({ name, value }) => [name, value] as const)),
    element("p", { className: "muted" }, say("signedNote")),
  );
}

function receiptOf({ text, isVerified }: CheckedReceipt): HTMLElement {
  const badge = element("span", { className: isVerified ? "badge good" : "badge bad" });
  badge.append(icon(isVerified ? "shield" : "alert"), say(isVerified ? "verified" : "notVerified"));
  const pre = element("pre", { tabIndex: 0, ariaLabel: say("receipt"), role: "region" }, text);
  return element(
    "section",
    {},
    element("h3", {}, say("receipt"), badge),
    pre,
    element("p", { className: "muted" }, say("receiptNote")),
  );
}
