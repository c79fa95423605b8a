/** Tests whether a lifecycle rule aborts unfinished multipart uploads (AWS: AbortIncompleteMultipartUpload). */
import { StoreUnavailable } from "../../src/store/request.ts";
import { readBlocks, readField, readNumber } from "../../src/store/xml.ts";
import { abortRulesOf, type AbortRule } from "../setup/lifecycle.ts";
import { readRules } from "./bucket-rules.ts";
import { good, unknown, type Finding } from "./finding.ts";
import type { Probe } from "./probe.ts";
import type { Session } from "./session.ts";

export const LIFECYCLE: Probe = { name: "lifecycle", run: tryLifecycle };

const SETUP = "npx edge-presigner setup prints it";

async function tryLifecycle(session: Session): Promise<readonly Finding[]> {
  const name = "lifecycle";
  const { store, policies } = session;
  const wanted = abortRulesOf({ store, policies, origins: [], credentialPolicies: [] });
  if (wanted.length === 0) return [];
  try {
    const rules = await readRules(session, "lifecycle");
    if (typeof rules !== "string") return [evaluate(wanted, rules.xml)];
    const message =
      rules === "not-supported"
        ? "the store has no lifecycle rules in the S3 API: parts stay until somebody aborts their upload"
        : `the keys cannot read the rules: check yourself that there is one, ${SETUP}`;
    return [{ name, verdict: "note", message }];
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return [unknown(name, error.logReason)];
  }
}

function evaluate(wanted: readonly AbortRule[], xml: string): Finding {
  const name = "lifecycle";
  const present = readBlocks(xml, "Rule").flatMap(readRule);
  const reaching = wanted.map(({ Filter }) =>
    present.filter(({ prefix }) => Filter.Prefix.startsWith(prefix)),
  );
  const bare = wanted.filter((_, index) => reaching[index]?.length === 0);
  if (bare.length > 0) {
    const where = bare.map(({ Filter }) => `${Filter.Prefix}*`).join(", ");
    const fix = `set the rule that aborts unfinished uploads: ${SETUP}`;
    const message = `parts of unfinished uploads are never deleted under ${where}`;
    return { name, verdict: "bad", message, fix };
  }
  // The rule of setup waits a day longer than uploads can be resumed. Of two rules the earlier one applies.
  const leastDays = (wanted[0]?.AbortIncompleteMultipartUpload.DaysAfterInitiation ?? 1) - 1;
  const days = Math.min(...reaching.flat().map((rule) => rule.days));
  if (days >= leastDays) return good(name, `unfinished uploads are aborted after ${days} days`);
  return {
    name,
    verdict: "bad",
    message: `unfinished uploads are aborted after ${days} days, but can be resumed for ${leastDays}`,
    fix: "increase the days of the rule, or shorten resumeWithin in the policies",
  };
}

/** Returns the prefix and days of an enabled rule without other filters, or an empty list. */
function readRule(xml: string): readonly { readonly prefix: string; readonly days: number }[] {
  const [abort] = readBlocks(xml, "AbortIncompleteMultipartUpload");
  const days = readNumber(abort ?? "", "DaysAfterInitiation");
  const isNarrower = /<(Tag|ObjectSize\w+)>/.test(xml);
  if (days === undefined || isNarrower || readField(xml, "Status") !== "Enabled") return [];
  return [{ prefix: readField(xml, "Prefix") ?? "", days }];
}
