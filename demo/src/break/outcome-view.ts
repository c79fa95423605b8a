/** What came of an attempt: signed beside sent, and the store's answer. */
import { describeError } from "../describe-error.ts";
import { element } from "../element.ts";
import { icon } from "../icons.ts";
import { say, settings } from "../settings.ts";
import { compare, type ComparedLine } from "./compare.ts";
import type { StoreAnswer } from "./read-refusal.ts";
import type { Outcome } from "./run-attempt.ts";

/** Returns the sections of an outcome. */
export function viewOf(outcome: Outcome): readonly HTMLElement[] {
  const why = element("p", {}, say(`why.${outcome.name}`));
  const title = element("h3", {}, say(`break.${outcome.name}`), badgeOf(outcome));
  switch (outcome.kind) {
    case "no-ticket": {
      const attempted = { contentType: outcome.contentType, types: [] };
      const { title: name, detail } = describeError(settings.language, outcome.error, attempted);
      return [title, element("p", {}, `${name}: ${detail}`)];
    }
    case "not-signed":
      return [title, element("p", {}, say("notSigned"))];
    case "no-answer": {
      const text = say("noAnswerNote", { message: outcome.message });
      return [title, why, tableOf(compare(outcome)), element("p", {}, text)];
    }
    case "accepted": {
      const alarm = element("p", { role: "alert", className: "alarm" }, say("acceptedNote"));
      return [title, alarm, tableOf(compare(outcome)), answerOf(outcome.answer)];
    }
    case "refused":
      return [title, why, tableOf(compare(outcome)), answerOf(outcome.answer)];
  }
}

/** Returns the result in one or two words, with its color. */
export function badgeOf(outcome: Outcome): HTMLElement {
  switch (outcome.kind) {
    case "refused": {
      const { status, code } = outcome.answer;
      const badge = element("span", { className: "badge good" }, icon("shield"));
      badge.append(`${status} ${code || say("refused")}`);
      return badge;
    }
    case "accepted": {
      const badge = element("span", { className: "badge bad" }, icon("alert"));
      badge.append(`${outcome.answer.status} ${say("accepted")}`);
      return badge;
    }
    case "no-answer":
      return element("span", { className: "badge" }, say("noAnswer"));
    case "no-ticket":
    case "not-signed":
      return element("span", { className: "badge" }, say("notTried"));
  }
}

function tableOf(lines: readonly ComparedLine[]): HTMLElement {
  const head = [say("request"), say("ticketSigned"), say("pageSent")].map((text) =>
    element("th", { scope: "col" }, text),
  );
  const rows = lines.map(({ name, signed, sent, isBroken }) =>
    element(
      "tr",
      { className: isBroken ? "broken" : "" },
      element("th", { scope: "row" }, name),
      element("td", {}, signed === "" ? element("em", {}, say("noValue")) : signed),
      element("td", {}, sent === "" ? element("em", {}, say("noValue")) : sent),
    ),
  );
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...head)));
  table.append(element("tbody", {}, ...rows));
  return element(
    "div",
    { className: "scroll", tabIndex: 0, role: "group", ariaLabel: say("request") },
    table,
  );
}

function answerOf({ status, code, message, lines }: StoreAnswer): HTMLElement {
  const first = element("p", { className: "answer" });
  first.append(element("strong", {}, String(status)), element("code", {}, code));
  const all = lines.map(([name, text]) => `${name}: ${text}`).join("\n\n");
  const pre = element("pre", { tabIndex: 0, role: "region", ariaLabel: say("answerInFull") }, all);
  return element(
    "section",
    {},
    element("h4", {}, say("storeAnswered")),
    first,
    element("p", { className: "quote", lang: "en" }, message),
    element("details", {}, element("summary", {}, say("answerInFull")), pre),
  );
}
