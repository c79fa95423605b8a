/** The rules that end uploads in parts which nobody completed. */
import type { Store } from "../../src/store/store.ts";
import { RULE_ID } from "./cors.ts";
import { keysOf, type Use } from "./bucket-use.ts";

/** AWS: LifecycleRule of PutBucketLifecycleConfiguration, with this one action. */
export interface AbortRule {
  readonly ID: string;
  readonly Status: "Enabled";
  readonly Filter: { readonly Prefix: string };
  readonly AbortIncompleteMultipartUpload: { readonly DaysAfterInitiation: number };
}

const A_DAY_SECONDS = 86_400;

/** One for each beginning of keys; none where no policy sends parts. */
export function abortRulesOf({ policies }: Use): readonly AbortRule[] {
  const inParts = policies.filter(({ multipartFrom }) => multipartFrom !== undefined);
  const longestSeconds = Math.max(0, ...inParts.map((policy) => policy.resumeWithin));
  // More days than an upload can be resumed, as the rule would end what could still go on.
  const days = Math.floor(longestSeconds / A_DAY_SECONDS) + 1;
  return keysOf(inParts).map(({ text }, index) => ({
    ID: index === 0 ? RULE_ID : `${RULE_ID}-${index + 1}`,
    Status: "Enabled",
    Filter: { Prefix: text },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: days },
  }));
}

/** Whether a rule is one that `abortRulesOf` named. */
export function isOurs(id: string | undefined): boolean {
  return new RegExp(`^${RULE_ID}(-\\d+)?$`).test(id ?? "");
}

/** A line for each rule: it adds to the rules that the bucket has. */
export function toWranglerLines(store: Store, rules: readonly AbortRule[]): readonly string[] {
  return rules.map(({ ID, Filter, AbortIncompleteMultipartUpload }) =>
    [
      `npx wrangler r2 bucket lifecycle add ${store.bucket} ${ID} ${quote(Filter.Prefix)}`,
      `--abort-multipart-days ${AbortIncompleteMultipartUpload.DaysAfterInitiation}`,
      ...jurisdictionOf(store),
    ].join(" "),
  );
}

/** The file of `gcloud storage buckets update --lifecycle-file`. */
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

/** A bucket with a jurisdiction is found only where it is named. */
export function jurisdictionOf({ origin }: Store): readonly string[] {
  const name = /\.(eu|fedramp)\.r2\.cloudflarestorage\.com$/.exec(origin ?? "")?.[1];
  return name === undefined ? [] : [`--jurisdiction ${name}`];
}

/** A word for a shell. */
function quote(word: string): string {
  return /^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
