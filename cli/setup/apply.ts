/** Shows the changes to a bucket's rules, and applies them. */
import type { CORSRule, LifecycleRule } from "@aws-sdk/client-s3";
import type { Env } from "../../src/secret.ts";
import { readCors, readLifecycle, type Rules } from "./bucket-rules.ts";
import { createAdministrator } from "./admin-client.ts";
import { toS3 } from "./cors.ts";
import type { Plan } from "./plan.ts";
import { explainRefusal, type Kind } from "./explain-error.ts";
import { isNumbered } from "./lifecycle.ts";
import {
  compare,
  describeLifecycle,
  nextCorsRules,
  nextLifecycleRules,
  type Change,
} from "./compare-rules.ts";

/** The result for one kind of rules. */
export interface Applied {
  readonly kind: Kind;
  readonly outcome: "unchanged" | "changed" | "declined" | "refused";
  readonly changes: readonly Change[];
  /** The names of other rules, which are kept. */
  readonly kept: readonly string[];
  /** Warnings and errors, with what to do. */
  readonly messages: readonly string[];
}

interface Applying {
  readonly env: Env;
  /** Replaces rules of the same ID, whoever set them. */
  readonly isReplaced: boolean;
  /** Shows the changes and asks. `false` leaves the bucket unchanged. */
  readonly confirm: (applied: Applied) => Promise<boolean>;
}

/** Reads the rules, asks, writes them and reads them back. Throws `InvalidArgumentError` without credentials. */
export async function applyPlan(
  plan: Plan,
  { env, confirm, isReplaced }: Applying,
): Promise<readonly Applied[]> {
  const { store } = plan.use;
  const { client, found } = createAdministrator(store, env);
  const wanted = plan.cors && toS3(plan.cors);
  const applied: Applied[] = [];
  const bucket = { name: store.bucket, ruleId: plan.ruleId };
  const step = async <T extends CORSRule | LifecycleRule>(kind: Kind, work: Step<T>) => {
    const done = await applyRules(kind, work, { confirm, isReplaced }).catch(
      (error: unknown): Applied => ({
        kind,
        outcome: "refused",
        changes: [],
        kept: [],
        messages: [explainRefusal(error, kind, { store, advice: plan.advice, found })],
      }),
    );
    applied.push(done);
  };
  await step("cors", {
    read: async () => readCors(client, bucket),
    next: (present) => nextCorsRules(present, wanted, plan.ruleId),
    foreign: (present) => findOtherOrigins(present, plan),
    warn: (kept) => findShadowedRules(kept, plan),
  });
  await step("lifecycle", {
    read: async () => readLifecycle(client, bucket),
    next: (present) => nextLifecycleRules(present, plan.lifecycle, plan.ruleId),
    foreign: (present) => findOtherUses(present, plan),
    warn: (kept) => findEarlierRules(kept, plan),
  });
  return applied;
}

interface Step<T> {
  readonly read: () => Promise<Rules<T>>;
  readonly next: (present: readonly T[]) => readonly T[];
  /** What the rules of the same ID are for, and this configuration is not. */
  readonly foreign: (present: readonly T[]) => readonly string[];
  readonly warn: (kept: readonly T[]) => readonly string[];
}

async function applyRules<T extends { readonly ID?: string | undefined }>(
  kind: Kind,
  { read, next: choose, foreign, warn }: Step<T>,
  { confirm, isReplaced }: Pick<Applying, "confirm" | "isReplaced">,
): Promise<Applied> {
  const { present, describe, write } = await read();
  const next = choose(present);
  const changes = compare(describe(present), describe(next));
  const kept = next.filter((rule) => present.includes(rule));
  const pending = {
    kind,
    changes,
    kept: kept.map(({ ID }) => ID ?? "a rule without an ID"),
    messages: warn(kept),
  };
  if (changes.length === 0) return { ...pending, outcome: "unchanged" };
  const others = isReplaced ? [] : foreign(present);
  if (others.length > 0)
    return { ...pending, outcome: "refused", messages: [...pending.messages, keep(others)] };
  if (!(await confirm({ ...pending, outcome: "declined" })))
    return { ...pending, outcome: "declined" };
  await write(next);
  const after = await read();
  const differs = compare(describe(next), after.describe(after.present));
  if (differs.length === 0) return { ...pending, outcome: "changed" };
  const names = differs.map(({ id }) => id).join(", ");
  const difference = `The store accepted the rules, but these differ when read back: ${names}. It does not support all of them.`;
  return { ...pending, outcome: "refused", messages: [...pending.messages, difference] };
}

function keep(others: readonly string[]): string {
  return `The bucket has rules of this name for ${others.join(", ")}, which this configuration does not have: another deployment may have set them. Add --rule-id NAME to keep them beside your own, or --replace to replace them. Nothing was changed.`;
}

/** Returns the origins of the present rule that the configuration does not have. */
function findOtherOrigins(present: readonly CORSRule[], { cors, ruleId }: Plan): readonly string[] {
  return present
    .filter(({ ID }) => ID === ruleId)
    .flatMap(({ AllowedOrigins = [] }) => AllowedOrigins)
    .filter((origin) => !cors?.origins.includes(origin));
}

/** Returns the prefixes and other actions of the present rules that setup would not have written. */
function findOtherUses(
  present: readonly LifecycleRule[],
  { lifecycle, ruleId }: Plan,
): readonly string[] {
  const own = new Set(lifecycle.map(({ Filter }) => Filter.Prefix));
  return present
    .filter(({ ID }) => isNumbered(ID, ruleId))
    .flatMap((rule) => {
      const { Prefix = "", ...fields } = describeLifecycle(rule);
      const others = Object.keys(fields).filter((name) => !KNOWN.has(name));
      return [...(own.has(Prefix) ? [] : [`${Prefix}*`]), ...others];
    });
}

/** The fields of a rule that setup writes. */
const KNOWN = new Set(["Status", "AbortIncompleteMultipartUpload", "Expiration"]);

/** Returns warnings about other rules for the same origins: some stores use only the first one. */
function findShadowedRules(kept: readonly CORSRule[], { cors }: Plan): readonly string[] {
  return kept
    .filter(({ AllowedOrigins }) =>
      AllowedOrigins?.some((origin) => cors?.origins.includes(origin)),
    )
    .map(
      ({ ID }) =>
        `The rule ${ID ?? "without an ID"} is for one of the same origins. AWS checks all rules, but Ceph 16.2 uses only the first one for an origin, and then ignores this one.`,
    );
}

/** Returns warnings about other rules that apply earlier: of two rules for a key the earlier one applies. */
function findEarlierRules(kept: readonly LifecycleRule[], { lifecycle }: Plan): readonly string[] {
  return kept
    .filter(({ Status }) => Status === "Enabled")
    .flatMap((rule) => {
      const prefix = rule.Filter?.Prefix ?? "";
      const meeting = lifecycle.filter(
        ({ Filter }) => Filter.Prefix.startsWith(prefix) || prefix.startsWith(Filter.Prefix),
      );
      const name = `The rule ${rule.ID ?? "without an ID"}`;
      const abortDays = abortDaysOf(rule);
      const expiryDays = rule.Expiration?.Days;
      return [
        ...(meeting.some((own) => isEarlier(abortDays, abortDaysOf(own)))
          ? [
              `${name} aborts multipart uploads after ${abortDays} days, and of two rules the earlier one applies: remove it, or shorten resumeWithin.`,
            ]
          : []),
        ...(meeting.some(({ Expiration }) => isEarlier(expiryDays, Expiration?.Days))
          ? [
              `${name} deletes files in quarantine after ${expiryDays} days, while they can still be promoted: remove it.`,
            ]
          : []),
      ];
    });
}

const isEarlier = (days: number | undefined, own: number | undefined): boolean =>
  days !== undefined && own !== undefined && days < own;

const abortDaysOf = ({
  AbortIncompleteMultipartUpload: abort,
}: Pick<LifecycleRule, "AbortIncompleteMultipartUpload">): number | undefined =>
  abort?.DaysAfterInitiation;
