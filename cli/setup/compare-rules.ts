/** Computes the next rules of a bucket and how they differ: other rules are kept, those of setup are replaced. */
import type { CORSRule, LifecycleRule } from "@aws-sdk/client-s3";
import type { S3CorsRule } from "./cors.ts";
import { isNumbered, type SetupRule } from "./lifecycle.ts";

/** The fields of a rule as text. Lists are sorted, because stores return them in any order. */
export type RuleFields = Readonly<Record<string, string>>;

export interface Change {
  readonly id: string;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Returns the rule of setup and then all other rules: Ceph uses only the first one for an origin. */
export function nextCorsRules(
  present: readonly CORSRule[],
  wanted: S3CorsRule | undefined,
  ruleId: string,
): readonly CORSRule[] {
  const others = present.filter(({ ID }) => ID !== ruleId);
  return wanted ? [mutable(wanted), ...others] : others;
}

/** Returns the rules of setup and all other rules. */
export function nextLifecycleRules(
  present: readonly LifecycleRule[],
  wanted: readonly SetupRule[],
  ruleId: string,
): readonly LifecycleRule[] {
  return [...wanted, ...present.filter(({ ID }) => !isNumbered(ID, ruleId))];
}

/** Returns the fields of a CORS rule. The rule of setup also has its place in the list. */
export function describeCors(
  rule: CORSRule,
  { index, ruleId }: { readonly index: number; readonly ruleId: string },
): RuleFields {
  return {
    ...(rule.ID === ruleId && { Place: index === 0 ? "first" : "after other rules" }),
    AllowedOrigins: sorted(rule.AllowedOrigins),
    AllowedMethods: sorted(rule.AllowedMethods),
    AllowedHeaders: sorted(rule.AllowedHeaders?.map((header) => header.toLowerCase())),
    ExposeHeaders: sorted(rule.ExposeHeaders?.map((header) => header.toLowerCase())),
    MaxAgeSeconds: String(rule.MaxAgeSeconds ?? ""),
  };
}

/** Returns the fields of a lifecycle rule, except its ID. */
export function describeLifecycle(rule: LifecycleRule): RuleFields {
  const fields: readonly (readonly [string, unknown])[] = Object.entries({
    ...rule,
    ...prefixOf(rule),
  });
  return Object.fromEntries(
    fields
      .filter(([name, value]) => name !== "ID" && value !== undefined)
      .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** Returns the prefix outside of the filter, as in older rules, which mean the same. */
function prefixOf({ Filter }: LifecycleRule): object {
  const isPlain = Filter !== undefined && Object.keys(Filter).join("") === "Prefix";
  return isPlain ? { Prefix: Filter.Prefix, Filter: undefined } : {};
}

/** Returns a change for each rule that differs. Rules are identified by ID. */
export function compare(
  present: ReadonlyMap<string, RuleFields>,
  next: ReadonlyMap<string, RuleFields>,
): readonly Change[] {
  const ids = new Set([...present.keys(), ...next.keys()]);
  return [...ids].flatMap((id) => {
    const [before, after] = [present.get(id) ?? {}, next.get(id) ?? {}];
    const removed = linesOf(before).filter((line) => !linesOf(after).includes(line));
    const added = linesOf(after).filter((line) => !linesOf(before).includes(line));
    return removed.length + added.length === 0 ? [] : [{ id, removed, added }];
  });
}

/** Returns the fields of each rule by ID. A rule without an ID is identified by its fields. */
export function byId<T extends { readonly ID?: string | undefined }>(
  rules: readonly T[],
  describe: (rule: T, index: number) => RuleFields,
): ReadonlyMap<string, RuleFields> {
  return new Map(
    rules.map((rule, index) => [
      rule.ID ?? `without an ID: ${Object.values(describe(rule, 0)).join(" ")}`,
      describe(rule, index),
    ]),
  );
}

function linesOf(fields: RuleFields): readonly string[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}`);
}

function sorted(values: readonly string[] | undefined): string {
  return (values ?? []).toSorted().join(", ");
}

/** Returns a copy with mutable lists, as the types of the SDK require. */
function mutable({ AllowedOrigins, AllowedMethods, ...rule }: S3CorsRule): CORSRule {
  return {
    ...rule,
    AllowedOrigins: [...AllowedOrigins],
    AllowedMethods: [...AllowedMethods],
    AllowedHeaders: [...rule.AllowedHeaders],
    ExposeHeaders: [...rule.ExposeHeaders],
  };
}
