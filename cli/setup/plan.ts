/** All that a bucket needs, worked out: what `setup` prints, applies and gives as JSON. */
import { ADVICE, type Advice } from "./advice.ts";
import { bucketPolicy } from "./bucket-policy.ts";
import { corsRuleOf, type CorsRule } from "./cors.ts";
import { abortRulesOf, type AbortRule } from "./lifecycle.ts";
import { readerPolicy, writerPolicy } from "./permissions.ts";
import type { PolicyDocument } from "./policy-document.ts";
import { secretLinesOf, type SecretLine } from "./secrets.ts";
import type { Use } from "./bucket-use.ts";

export interface Plan {
  readonly use: Use;
  readonly advice: Advice;
  /** `undefined` where no page calls. */
  readonly cors: CorsRule | undefined;
  readonly writer: PolicyDocument | undefined;
  readonly reader: PolicyDocument | undefined;
  readonly bucketPolicy: PolicyDocument | undefined;
  /** None where no policy sends parts. */
  readonly lifecycle: readonly AbortRule[];
  readonly secrets: readonly SecretLine[];
}

/** `definition` is the configuration as it was written: its secrets are named, never read. */
export async function planSetup(use: Use, definition: unknown): Promise<Plan> {
  const advice: Advice = ADVICE[use.store.providerName];
  return {
    use,
    advice,
    cors: await corsRuleOf(use),
    writer: advice.hasPolicies ? writerPolicy(use) : undefined,
    reader: advice.hasPolicies ? readerPolicy(use) : undefined,
    bucketPolicy: bucketPolicy(use),
    lifecycle: abortRulesOf(use),
    secrets: secretLinesOf(use, definition, advice),
  };
}
