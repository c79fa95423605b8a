/** Plans all settings of a bucket, which `setup` prints, applies or writes as JSON. */
import type { StoredSecrets } from "../read-deployments.ts";
import { ADVICE, type Advice } from "./advice.ts";
import { bucketPolicy } from "./bucket-policy.ts";
import { corsRuleOf, type CorsRule } from "./cors.ts";
import { lifecycleRulesOf, type SetupRule } from "./lifecycle.ts";
import { notificationLinesOf } from "./notifications.ts";
import { readerPolicy, writerPolicy } from "./permissions.ts";
import type { PolicyDocument } from "./policy-document.ts";
import { rotationStepsOf } from "./rotation.ts";
import { planScoped, type ScopedPlan } from "./scoped.ts";
import { secretLinesOf, type SecretLine } from "./secrets.ts";
import type { BucketUse } from "./bucket-use.ts";

export interface Plan {
  readonly use: BucketUse;
  /** The ID of the rules. Those of another deployment have another. */
  readonly ruleId: string;
  readonly advice: Advice;
  /** `undefined` without origins. */
  readonly cors: CorsRule | undefined;
  readonly writer: PolicyDocument | undefined;
  readonly reader: PolicyDocument | undefined;
  readonly bucketPolicy: PolicyDocument | undefined;
  /** Empty if no policy allows multipart uploads or has quarantine. */
  readonly lifecycle: readonly SetupRule[];
  readonly secrets: readonly SecretLine[];
  /** `undefined` without a policy that gives credentials. */
  readonly scoped: ScopedPlan | undefined;
  /** From where a scanner reads files. `undefined` if no policy has a scanner. */
  readonly scannerOrigin: string | undefined;
  /** Commands of Wrangler; empty for a store without event notifications. */
  readonly notifications: readonly string[];
  /** How to end what was signed; empty where nothing can be revoked. */
  readonly rotation: readonly string[];
}

/** Returns the plan. It names the secrets of the definition, but never reads them. */
export async function planSetup(
  use: BucketUse,
  definition: unknown,
  { ruleId, stored = {} }: { readonly ruleId: string; readonly stored?: StoredSecrets },
): Promise<Plan> {
  const advice: Advice = ADVICE[use.store.providerName];
  return {
    use,
    ruleId,
    advice,
    cors: await corsRuleOf(use, ruleId),
    writer: advice.hasPolicies ? writerPolicy(use) : undefined,
    reader: advice.hasPolicies ? readerPolicy(use) : undefined,
    bucketPolicy: bucketPolicy(use),
    lifecycle: lifecycleRulesOf(use, ruleId),
    secrets: secretLinesOf(use, definition, { advice, stored }),
    scoped: planScoped(use.store, use.credentialPolicies),
    scannerOrigin: scannerOriginOf(use),
    notifications: notificationLinesOf(use),
    rotation: rotationStepsOf(use, stored),
  };
}

function scannerOriginOf({ store, policies }: BucketUse): string | undefined {
  return policies.some(({ quarantine }) => quarantine?.scanner) ? store.origin : undefined;
}
