/** Tests whether lifecycle rules abort unfinished multipart uploads, and delete what stays in quarantine (AWS: LifecycleRule). */
import { StoreUnavailable } from "../../src/store/request.ts";
import { readBlocks, readField, readNumber } from "../../src/store/xml.ts";
import { lifecycleRulesOf } from "../setup/lifecycle.ts";
import { readRules } from "./bucket-rules.ts";
import { good, unknown, type Finding, type FindingName } from "./finding.ts";
import type { Probe } from "./probe.ts";
import type { Session } from "./session.ts";

export const LIFECYCLE: Probe = {
  name: "lifecycle",
  run: async (session) => tryRules(session, ABORT),
};
export const EXPIRY: Probe = {
  name: "quarantine-lifecycle",
  run: async (session) => tryRules(session, EXPIRE),
};

const SETUP = "npx edge-presigner setup prints it";

/** An action of lifecycle rules, and what to say of it. */
interface Action {
  readonly name: FindingName;
  readonly element: string;
  readonly daysElement: string;
  readonly daysOf: (rule: ReturnType<typeof lifecycleRulesOf>[number]) => number | undefined;
  /** What happens after some days. */
  readonly effect: string;
  readonly missing: string;
  readonly notSupported: string;
  /** What is possible for longer than the rule waits, and what to do. */
  readonly early: string;
  readonly fixEarly: string;
}

const ABORT: Action = {
  name: "lifecycle",
  element: "AbortIncompleteMultipartUpload",
  daysElement: "DaysAfterInitiation",
  daysOf: (rule) => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
  effect: "unfinished uploads are aborted",
  missing: "parts of unfinished uploads are never deleted",
  notSupported: "parts stay until somebody aborts their upload",
  early: "can be resumed",
  fixEarly: "increase the days of the rule, or shorten resumeWithin in the policies",
};

const EXPIRE: Action = {
  name: "quarantine-lifecycle",
  element: "Expiration",
  daysElement: "Days",
  daysOf: (rule) => rule.Expiration?.Days,
  effect: "files that stay in quarantine are deleted",
  missing: "files that stay in quarantine are never deleted",
  notSupported: "a file that stays in quarantine is deleted by nobody",
  early: "can be promoted",
  fixEarly: "increase the days of the rule",
};

interface Wanted {
  readonly prefix: string;
  readonly days: number;
}

async function tryRules(session: Session, action: Action): Promise<readonly Finding[]> {
  const { name, notSupported } = action;
  const { store, policies } = session;
  const wanted = lifecycleRulesOf({ store, policies, origins: [], credentialPolicies: [] }).flatMap(
    (rule) => {
      const days = action.daysOf(rule);
      return days === undefined ? [] : [{ prefix: rule.Filter.Prefix, days }];
    },
  );
  if (wanted.length === 0) return [];
  try {
    const rules = await readRules(session, "lifecycle");
    if (typeof rules !== "string") return [evaluate(action, wanted, rules.xml)];
    const message =
      rules === "not-supported"
        ? `the store has no lifecycle rules in the S3 API: ${notSupported}`
        : `the keys cannot read the rules: check yourself that there is one, ${SETUP}`;
    return [{ name, verdict: "note", message }];
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return [unknown(name, error.logReason)];
  }
}

function evaluate(action: Action, wanted: readonly Wanted[], xml: string): Finding {
  const { name, effect, missing, early, fixEarly } = action;
  const present = readBlocks(xml, "Rule").flatMap((rule) => readRule(rule, action));
  const reaching = wanted.map(({ prefix: own }) =>
    present.filter(({ prefix }) => own.startsWith(prefix)),
  );
  const bare = wanted.filter((_, index) => reaching[index]?.length === 0);
  if (bare.length > 0) {
    const where = bare.map(({ prefix }) => `${prefix}*`).join(", ");
    const fix = `set the rule: ${SETUP}`;
    return { name, verdict: "bad", message: `${missing} under ${where}`, fix };
  }
  // The rule of setup waits a day longer than it has to. Of two rules the earlier one applies.
  const leastDays = (wanted[0]?.days ?? 1) - 1;
  const days = Math.min(...reaching.flat().map((rule) => rule.days));
  if (days >= leastDays) return good(name, `${effect} after ${days} days`);
  return {
    name,
    verdict: "bad",
    message: `${effect} after ${days} days, but ${early} for ${leastDays}`,
    fix: fixEarly,
  };
}

/** Returns the prefix and days of an enabled rule without other filters, or an empty list. */
function readRule(xml: string, { element, daysElement }: Action): readonly Wanted[] {
  const [own] = readBlocks(xml, element);
  const days = readNumber(own ?? "", daysElement);
  const isNarrower = /<(Tag|ObjectSize\w+)>/.test(xml);
  if (days === undefined || isNarrower || readField(xml, "Status") !== "Enabled") return [];
  return [{ prefix: readField(xml, "Prefix") ?? "", days }];
}
