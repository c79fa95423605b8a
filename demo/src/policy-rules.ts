/** What the chosen policy allows, as chips, and what is left of its quota, as meters. */
import { element, find } from "./element.ts";
import { bytesOf, durationOf, listOf, numberOf } from "./format.ts";
import type { PolicyInfo } from "../../client/web/src/index.ts";
import type { Limit, Quota } from "./policies.ts";
import { say, settings } from "./settings.ts";

const LIMITS = ["bytes", "uploads", "pending", "stored", "objects"] as const;

/** Draws the rules of the policy. */
export function drawRules(policy: PolicyInfo, quota: Quota | undefined): void {
  find("chips", HTMLUListElement).replaceChildren(
    ...describe(policy).map((text) => element("li", {}, text)),
  );
  const limits = LIMITS.flatMap((name) => {
    const limit = quota?.[name] ?? policy.quota?.[name];
    return limit ? [meterOf(name, limit)] : [];
  });
  find("meters", HTMLElement).replaceChildren(...limits);
}

function describe(policy: PolicyInfo): readonly string[] {
  const { language } = settings;
  const { types = [], maxBytes, multipartFrom, checksum, metadata, expiresIn } = policy;
  return [
    ...(types.includes("*/*") ? [say("anyType")] : types),
    maxBytes !== undefined && say("upTo", { size: bytesOf(language, maxBytes) }),
    multipartFrom !== undefined && say("inParts", { size: bytesOf(language, multipartFrom) }),
    checksum?.required === true &&
      say("needsChecksum", { names: listOf(language, checksum.algorithms) }),
    metadata && metadata.length > 0 && say("metadata", { names: metadata.join(", ") }),
    policy.download === true && say("mayDownload"),
    policy.delete === true && say("mayDelete"),
    expiresIn !== undefined && say("ticketLife", { time: durationOf(language, expiresIn) }),
  ].filter((text) => typeof text === "string");
}

function meterOf(
  name: (typeof LIMITS)[number],
  { limit, remaining, resetsIn }: Limit,
): HTMLElement {
  const { language } = settings;
  const format = name === "bytes" || name === "stored" ? bytesOf : numberOf;
  const all = format(language, limit);
  const label = element("span", { className: "label" }, say(`quota.${name}`));
  if (remaining === undefined)
    return element("div", { className: "meter" }, label, say("quotaLimit", { limit: all }));
  const left = say("quotaLeft", { left: format(language, remaining), limit: all });
  const reset =
    resetsIn !== undefined && remaining < limit
      ? say("quotaResets", { time: durationOf(language, resetsIn) })
      : "";
  const bar = element("meter", { max: limit, value: remaining, low: limit / 5, optimum: limit });
  bar.ariaLabel = say(`quota.${name}`);
  bar.title = reset;
  return element("div", { className: "meter" }, label, bar, element("span", {}, left));
}
