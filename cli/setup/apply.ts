/** Shows the changes to a bucket's rules, and applies them. */
import type { CORSRule, LifecycleRule } from "@aws-sdk/client-s3";
import type { Env } from "../../src/secret.ts";
import { readCors, readLifecycle, type Rules } from "./bucket-rules.ts";
import { createAdministrator } from "./admin-client.ts";
import { toS3 } from "./cors.ts";
import type { Plan } from "./plan.ts";
import { explainRefusal, type Kind } from "./explain-error.ts";
import { compare, nextCorsRules, nextLifecycleRules, type Change } from "./compare-rules.ts";

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
  /** Shows the changes and asks. `false` leaves the bucket unchanged. */
  readonly confirm: (applied: Applied) => Promise<boolean>;
}

/** Reads the rules, asks, writes them and reads them back. Throws `InvalidArgumentError` without credentials. */
export async function applyPlan(
  plan: Plan,
  { env, confirm }: Applying,
): Promise<readonly Applied[]> {
  const { store } = plan.use;
  const { client, found } = createAdministrator(store, env);
  const wanted = plan.cors && toS3(plan.cors);
  const applied: Applied[] = [];
  const step = async <T extends CORSRule | LifecycleRule>(kind: Kind, work: Step<T>) => {
    const done = await applyRules(kind, work, confirm).catch((error: unknown): Applied => ({
      kind,
      outcome: "refused",
      changes: [],
      kept: [],
      messages: [explainRefusal(error, kind, { store, advice: plan.advice, found })],
    }));
    applied.push(done);
  };
  await step("cors", {
    read: async () => readCors(client, store.bucket),
    next: (present) => nextCorsRules(present, wanted),
    warn: (kept) => findShadowedRules(kept, plan),
  });
  await step("lifecycle", {
    read: async () => readLifecycle(client, store.bucket),
    next: (present) => nextLifecycleRules(present, plan.lifecycle),
    warn: (kept) => findEarlierRules(kept, plan),
  });
  return applied;
}

interface Step<T> {
  readonly read: () => Promise<Rules<T>>;
  readonly next: (present: readonly T[]) => readonly T[];
  readonly warn: (kept: readonly T[]) => readonly string[];
}

async function applyRules<T extends { readonly ID?: string | undefined }>(
  kind: Kind,
  { read, next: choose, warn }: Step<T>,
  confirm: Applying["confirm"],
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
  const days = lifecycle[0]?.AbortIncompleteMultipartUpload.DaysAfterInitiation ?? 0;
  return kept.flatMap(({ ID, Status, AbortIncompleteMultipartUpload: abort, Filter }) => {
    const after = Status === "Enabled" ? abort?.DaysAfterInitiation : undefined;
    const prefix = Filter?.Prefix ?? "";
    const isOurs = lifecycle.some(
      (rule) => rule.Filter.Prefix.startsWith(prefix) || prefix.startsWith(rule.Filter.Prefix),
    );
    return after !== undefined && after < days && isOurs
      ? [
          `The rule ${ID ?? "without an ID"} aborts multipart uploads after ${after} days, and of two rules the earlier one applies: remove it, or shorten resumeWithin.`,
        ]
      : [];
  });
}
