/** Builds the lifecycle rules that abort unfinished multipart uploads, and delete what stays in quarantine. */
import type { Policy } from "../../src/config/config.ts";
import type { Store } from "../../src/store/store.ts";
import { RULE_ID } from "./cors.ts";
import {
  isQuarantined,
  keysOf,
  pendingKeysOf,
  ticketKeysOf,
  type BucketUse,
} from "./bucket-use.ts";

/** A LifecycleRule of PutBucketLifecycleConfiguration (AWS) with one of these actions, or both. */
export interface SetupRule {
  readonly ID: string;
  readonly Status: "Enabled";
  readonly Filter: { readonly Prefix: string };
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation: number };
  readonly Expiration?: { readonly Days: number };
}

const A_DAY_SECONDS = 86_400;
/** How long the Worker goes on to check a file in quarantine. */
const CHECK_DAYS = 7;

/** Returns a rule for each key prefix with multipart uploads, and for each of files in quarantine. */
export function lifecycleRulesOf(use: BucketUse, ruleId = RULE_ID): readonly SetupRule[] {
  const actions = new Map<string, Pick<SetupRule, "AbortIncompleteMultipartUpload" | "Expiration">>(
    abortPrefixesOf(use).map((prefix) => [
      prefix,
      { AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortDaysOf(use) } },
    ]),
  );
  for (const { text } of pendingKeysOf(use.policies))
    actions.set(text, { ...actions.get(text), Expiration: { Days: expiryDaysOf(use) } });
  return [...actions].map(([prefix, action], index) => ({
    ID: index === 0 ? ruleId : `${ruleId}-${index + 1}`,
    Status: "Enabled",
    Filter: { Prefix: prefix },
    ...action,
  }));
}

/** Returns the prefixes of uploads in parts, and of files that are too large to be promoted by one copy. */
function abortPrefixesOf({ store, policies }: BucketUse): readonly string[] {
  const { maxBytes = 0 } = store.provider.copies ?? {};
  const large = policies.filter((policy) => policy.quarantine && policy.maxBytes > maxBytes);
  const keys = [...ticketKeysOf(policies.filter(isMultipart)), ...keysOf(large)];
  return [...new Set(keys.map(({ text }) => text))];
}

/** Returns one day more than uploads can be resumed: the rule must not abort an upload that can still be resumed. */
function abortDaysOf({ policies }: BucketUse): number {
  const multipart = policies.filter(isMultipart);
  const longestSeconds = Math.max(0, ...multipart.map((policy) => policy.resumeWithin));
  return Math.floor(longestSeconds / A_DAY_SECONDS) + 1;
}

/** Returns one day more than a file can be pending. An upload in parts counts from its creation. */
function expiryDaysOf({ policies }: BucketUse): number {
  const lives = policies
    .filter(isQuarantined)
    .flatMap((policy) => [
      policy.expiresIn,
      policy.backgroundExpiresIn ?? 0,
      isMultipart(policy) ? policy.resumeWithin : 0,
    ]);
  return Math.ceil(Math.max(0, ...lives) / A_DAY_SECONDS) + CHECK_DAYS + 1;
}

const isMultipart = ({ multipartFrom }: Policy): boolean => multipartFrom !== undefined;

/** Whether the ID is one of `lifecycleRulesOf`. */
export function isNumbered(id: string | undefined, ruleId: string): boolean {
  return new RegExp(`^${ruleId}(-\\d+)?$`).test(id ?? "");
}

/** Returns a command for each rule. The commands keep the other rules of the bucket. */
export function toWranglerLines(store: Store, rules: readonly SetupRule[]): readonly string[] {
  return rules.map(({ ID, Filter, AbortIncompleteMultipartUpload: abort, Expiration }) =>
    [
      `npx wrangler r2 bucket lifecycle add ${store.bucket} ${ID} ${quote(Filter.Prefix)}`,
      ...(abort ? [`--abort-multipart-days ${abort.DaysAfterInitiation}`] : []),
      ...(Expiration ? [`--expire-days ${Expiration.Days}`] : []),
      ...jurisdictionOf(store),
    ].join(" "),
  );
}

/** Returns the file for `gcloud storage buckets update --lifecycle-file`. There each rule has one action. */
export function toGcloudLifecycle(rules: readonly SetupRule[]): object {
  return {
    rule: rules.flatMap(({ Filter, AbortIncompleteMultipartUpload: abort, Expiration }) => {
      const where = Filter.Prefix === "" ? {} : { matchesPrefix: [Filter.Prefix] };
      const rule = (type: string, age: number) => ({
        action: { type },
        condition: { age, ...where },
      });
      return [
        ...(abort ? [rule("AbortIncompleteMultipartUpload", abort.DaysAfterInitiation)] : []),
        ...(Expiration ? [rule("Delete", Expiration.Days)] : []),
      ];
    }),
  };
}

/** Returns the option that Wrangler needs for a bucket with a jurisdiction. */
export function jurisdictionOf({ origin }: Store): readonly string[] {
  const name = /\.(eu|fedramp)\.r2\.cloudflarestorage\.com$/.exec(origin ?? "")?.[1];
  return name === undefined ? [] : [`--jurisdiction ${name}`];
}

/** Returns a text as one argument for a shell. */
export function quote(word: string): string {
  return /^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
