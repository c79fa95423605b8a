/** Brings a bucket's rules to what the policies need, after showing what that changes. */
import type { CORSRule, LifecycleRule } from "@aws-sdk/client-s3";
import type { Env } from "../../src/secret.ts";
import { readCors, readLifecycle, type Rules } from "./bucket-rules.ts";
import { createAdministrator } from "./admin-client.ts";
import { toS3 } from "./cors.ts";
import type { Plan } from "./plan.ts";
import { explainRefusal, type Kind } from "./explain-error.ts";
import { compare, nextCorsRules, nextLifecycleRules, type Change } from "./compare-rules.ts";

/** What came of one kind of rules. */
export interface Applied {
  readonly kind: Kind;
  readonly outcome: "unchanged" | "changed" | "declined" | "refused";
  readonly changes: readonly Change[];
  /** The names of the rules of others, which stay. */
  readonly kept: readonly string[];
  /** What to know or to mend. */
  readonly says: readonly string[];
}

interface Applying {
  readonly env: Env;
  /** Shows the changes and asks; `false` leaves the bucket as it is. */
  readonly confirm: (applied: Applied) => Promise<boolean>;
}

/** Reads, asks, writes and reads back. Throws `InvalidArgumentError` without credentials. */
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
      says: [explainRefusal(error, kind, { store, advice: plan.advice, found })],
    }));
    applied.push(done);
  };
  await step("cors", {
    read: async () => readCors(client, store.bucket),
    next: (present) => nextCorsRules(present, wanted),
    warn: (kept) => shadowed(kept, plan),
  });
  await step("lifecycle", {
    read: async () => readLifecycle(client, store.bucket),
    next: (present) => nextLifecycleRules(present, plan.lifecycle),
    warn: (kept) => tooEarly(kept, plan),
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
  const { present, say, write } = await read();
  const next = choose(present);
  const changes = compare(say(present), say(next));
  const kept = next.filter((rule) => present.includes(rule));
  const pending = {
    kind,
    changes,
    kept: kept.map(({ ID }) => ID ?? "a rule without a name"),
    says: warn(kept),
  };
  if (changes.length === 0) return { ...pending, outcome: "unchanged" };
  if (!(await confirm({ ...pending, outcome: "declined" })))
    return { ...pending, outcome: "declined" };
  await write(next);
  const after = await read();
  const differs = compare(say(next), after.say(after.present));
  if (differs.length === 0) return { ...pending, outcome: "changed" };
  const names = differs.map(({ id }) => id).join(", ");
  const says = `The store took the rules and keeps others (${names}): it does not heed all of them.`;
  return { ...pending, outcome: "refused", says: [...pending.says, says] };
}

/** Rules of others for one of our origins: some stores look at the first rule of an origin only. */
function shadowed(kept: readonly CORSRule[], { cors }: Plan): readonly string[] {
  return kept
    .filter(({ AllowedOrigins }) =>
      AllowedOrigins?.some((origin) => cors?.origins.includes(origin)),
    )
    .map(
      ({ ID }) =>
        `The rule ${ID ?? "without a name"} has an origin of ours. AWS looks at all rules; Ceph 16.2 at the first of an origin only, and then passes this one over.`,
    );
}

/** Of two rules for a key the earlier one counts. */
function tooEarly(kept: readonly LifecycleRule[], { lifecycle }: Plan): readonly string[] {
  const days = lifecycle[0]?.AbortIncompleteMultipartUpload.DaysAfterInitiation ?? 0;
  return kept.flatMap(({ ID, Status, AbortIncompleteMultipartUpload: abort, Filter }) => {
    const after = Status === "Enabled" ? abort?.DaysAfterInitiation : undefined;
    const prefix = Filter?.Prefix ?? "";
    const isOurs = lifecycle.some(
      (rule) => rule.Filter.Prefix.startsWith(prefix) || prefix.startsWith(rule.Filter.Prefix),
    );
    return after !== undefined && after < days && isOurs
      ? [
          `The rule ${ID ?? "without a name"} ends uploads in parts after ${after} days, and of two rules the earlier one counts: take it away, or shorten resumeWithin.`,
        ]
      : [];
  });
}
