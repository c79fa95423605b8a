/** Builds the lifecycle rules that abort unfinished multipart uploads. */
import type { Store } from "../../src/store/store.ts";
import { RULE_ID } from "./cors.ts";
import { keysOf, type BucketUse } from "./bucket-use.ts";

/** A LifecycleRule of PutBucketLifecycleConfiguration (AWS) with this one action. */
export interface AbortRule {
  readonly ID: string;
  readonly Status: "Enabled";
  readonly Filter: { readonly Prefix: string };
  readonly AbortIncompleteMultipartUpload: { readonly DaysAfterInitiation: number };
}

const A_DAY_SECONDS = 86_400;

/** Returns a rule for each key prefix of the policies with multipart uploads. */
export function abortRulesOf({ policies }: BucketUse, ruleId = RULE_ID): readonly AbortRule[] {
  const multipart = policies.filter(({ multipartFrom }) => multipartFrom !== undefined);
  const longestSeconds = Math.max(0, ...multipart.map((policy) => policy.resumeWithin));
  // One day more than uploads can be resumed: the rule must not abort an upload that can still be resumed.
  const days = Math.floor(longestSeconds / A_DAY_SECONDS) + 1;
  return keysOf(multipart).map(({ text }, index) => ({
    ID: index === 0 ? ruleId : `${ruleId}-${index + 1}`,
    Status: "Enabled",
    Filter: { Prefix: text },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: days },
  }));
}

/** Whether the ID is one of `abortRulesOf`. */
export function isNumbered(id: string | undefined, ruleId: string): boolean {
  return new RegExp(`^${ruleId}(-\\d+)?$`).test(id ?? "");
}

/** Returns a command for each rule. The commands keep the other rules of the bucket. */
export function toWranglerLines(store: Store, rules: readonly AbortRule[]): readonly string[] {
  return rules.map(({ ID, Filter, AbortIncompleteMultipartUpload }) =>
    [
      `npx wrangler r2 bucket lifecycle add ${store.bucket} ${ID} ${quote(Filter.Prefix)}`,
      `--abort-multipart-days ${AbortIncompleteMultipartUpload.DaysAfterInitiation}`,
      ...jurisdictionOf(store),
    ].join(" "),
  );
}

/** Returns the file for `gcloud storage buckets update --lifecycle-file`. */
export function toGcloudLifecycle(rules: readonly AbortRule[]): object {
  return {
    rule: rules.map(({ Filter, AbortIncompleteMultipartUpload }) => ({
      action: { type: "AbortIncompleteMultipartUpload" },
      condition: {
        age: AbortIncompleteMultipartUpload.DaysAfterInitiation,
        ...(Filter.Prefix !== "" && { matchesPrefix: [Filter.Prefix] }),
      },
    })),
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
