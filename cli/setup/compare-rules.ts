/** The rules of a bucket, as they are and as they shall be: others' stay, ours are replaced. */
import type { CORSRule, LifecycleRule } from "@aws-sdk/client-s3";
import { RULE_ID, type S3CorsRule } from "./cors.ts";
import { isOurs, type AbortRule } from "./lifecycle.ts";

/** What a rule says, line by line; lists are sorted, as stores keep them in any order. */
export type Said = Readonly<Record<string, string>>;

export interface Change {
  readonly id: string;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Our rule stands first: Ceph looks at the first one of an origin only. */
export function nextCorsRules(
  present: readonly CORSRule[],
  wanted: S3CorsRule | undefined,
): readonly CORSRule[] {
  const others = present.filter(({ ID }) => ID !== RULE_ID);
  return wanted ? [mutable(wanted), ...others] : others;
}

export function nextLifecycleRules(
  present: readonly LifecycleRule[],
  wanted: readonly AbortRule[],
): readonly LifecycleRule[] {
  return [...wanted, ...present.filter(({ ID }) => !isOurs(ID))];
}

export function sayCors(rule: CORSRule, index: number): Said {
  return {
    ...(rule.ID === RULE_ID && { Place: index === 0 ? "first" : "behind others" }),
    AllowedOrigins: sorted(rule.AllowedOrigins),
    AllowedMethods: sorted(rule.AllowedMethods),
    AllowedHeaders: sorted(rule.AllowedHeaders?.map((header) => header.toLowerCase())),
    ExposeHeaders: sorted(rule.ExposeHeaders?.map((header) => header.toLowerCase())),
    MaxAgeSeconds: String(rule.MaxAgeSeconds ?? ""),
  };
}

export function sayLifecycle(rule: LifecycleRule): Said {
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

/** A prefix may stand in a filter or, as older rules have it, alone: that is the same. */
function prefixOf({ Filter }: LifecycleRule): object {
  const isPlain = Filter !== undefined && Object.keys(Filter).join("") === "Prefix";
  return isPlain ? { Prefix: Filter.Prefix, Filter: undefined } : {};
}

/** One for each rule that differs; none where nothing is to be done. Names tell the rules apart. */
export function compare(
  present: ReadonlyMap<string, Said>,
  next: ReadonlyMap<string, Said>,
): readonly Change[] {
  const ids = new Set([...present.keys(), ...next.keys()]);
  return [...ids].flatMap((id) => {
    const [before, after] = [present.get(id) ?? {}, next.get(id) ?? {}];
    const removed = linesOf(before).filter((line) => !linesOf(after).includes(line));
    const added = linesOf(after).filter((line) => !linesOf(before).includes(line));
    return removed.length + added.length === 0 ? [] : [{ id, removed, added }];
  });
}

/** Rules by name; one without a name by what it says. */
export function byId<T extends { readonly ID?: string | undefined }>(
  rules: readonly T[],
  say: (rule: T, index: number) => Said,
): ReadonlyMap<string, Said> {
  return new Map(
    rules.map((rule, index) => [
      rule.ID ?? `without a name: ${Object.values(say(rule, 0)).join(" ")}`,
      say(rule, index),
    ]),
  );
}

function linesOf(said: Said): readonly string[] {
  return Object.entries(said)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}`);
}

function sorted(values: readonly string[] | undefined): string {
  return (values ?? []).toSorted().join(", ");
}

/** The SDK's types have no readonly lists. */
function mutable({ AllowedOrigins, AllowedMethods, ...rule }: S3CorsRule): CORSRule {
  return {
    ...rule,
    AllowedOrigins: [...AllowedOrigins],
    AllowedMethods: [...AllowedMethods],
    AllowedHeaders: [...rule.AllowedHeaders],
    ExposeHeaders: [...rule.ExposeHeaders],
  };
}
