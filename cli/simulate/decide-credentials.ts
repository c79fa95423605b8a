/** Decides what the Worker would answer to `POST /v1/credentials`, without asking the store for them. */
import type { Config } from "../../src/config/config.ts";
import {
  authorizeCredentials,
  findCredentialPolicy,
} from "../../src/grant/authorize-credentials.ts";
import { requireAction } from "../../src/grant/token-scope.ts";
import { Problem } from "../../src/problem.ts";
import type { CredentialAction } from "../../src/store/scoped-access.ts";
import type { SimulationContext } from "./admission.ts";
import { authenticateClaims, type Claims } from "./caller.ts";
import { describeCaller, refusalOf, type Refusal, type Step, type StepName } from "./decide.ts";

/** What the store would be asked for. */
export interface SimulatedCredentials {
  readonly store: string;
  readonly prefix: string;
  readonly actions: readonly CredentialAction[];
  readonly expiresInSeconds: number;
}

export type CredentialDecision =
  | {
      readonly isAllowed: true;
      readonly status: 201;
      readonly steps: readonly Step[];
      readonly credentials: SimulatedCredentials;
    }
  | Refusal;

/** Returns the decision about everything that the policy has. A refusal is a decision too, and not an error. */
export async function decideCredentials(
  config: Config,
  { claims, policy: name }: { readonly claims: Claims; readonly policy: string },
  context: Pick<SimulationContext, "nowMs" | "newId">,
): Promise<CredentialDecision> {
  const steps: Step[] = [];
  let at: StepName = "token";
  const done = (result: string, next: StepName) => {
    steps.push({ step: at, result });
    at = next;
  };
  try {
    const caller = await authenticateClaims(config, claims, context.nowMs);
    requireAction(caller, "credentials");
    done(describeCaller(caller), "policy");
    const policy = findCredentialPolicy(config, caller, name);
    const store = policy.store.name;
    done(`${name}, credentials of ${store}`, "grant");
    const grant = authorizeCredentials(policy, caller, {}, new Date(context.nowMs));
    const { prefix, actions, expiresInSeconds } = grant;
    done(`${actions.join(" and ")} ${prefix}`, "grant");
    const credentials = { store, prefix, actions, expiresInSeconds };
    return { isAllowed: true, status: 201, steps, credentials };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return refusalOf(error, { steps, refusedAt: at }, context);
  }
}
