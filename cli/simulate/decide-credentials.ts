/** Decides what the Worker would answer to `POST /v1/credentials`, without asking the store for them. */
import type { Config } from "../../src/config/config.ts";
import {
  authorizeCredentials,
  findCredentialPolicy,
} from "../../src/grant/authorize-credentials.ts";
import { requireAction } from "../../src/grant/token-scope.ts";
import type { CredentialAction } from "../../src/store/scoped-access.ts";
import type { SimulationContext } from "./admission.ts";
import { authenticateClaims, describeCaller, type Claims } from "./caller.ts";
import { decideInSteps, type Allowed, type Refusal } from "./steps.ts";

/** What the store would be asked for. */
export interface SimulatedCredentials {
  readonly store: string;
  readonly prefix: string;
  readonly actions: readonly CredentialAction[];
  readonly expiresInSeconds: number;
}

export type CredentialDecision = Allowed<{ readonly credentials: SimulatedCredentials }> | Refusal;

/** Returns the decision about everything that the policy has. A refusal is a decision too, and not an error. */
export async function decideCredentials(
  config: Config,
  { claims, policy: name }: { readonly claims: Claims; readonly policy: string },
  context: Pick<SimulationContext, "nowMs" | "newId">,
): Promise<CredentialDecision> {
  return decideInSteps(context, async (done) => {
    const caller = await authenticateClaims(config, claims, context.nowMs);
    requireAction(caller, "credentials");
    done(describeCaller(caller), "policy");
    const policy = findCredentialPolicy(config, caller, name);
    const store = policy.store.name;
    done(`${name}, credentials of ${store}`, "grant");
    const grant = authorizeCredentials(policy, caller, {}, new Date(context.nowMs));
    const { prefix, actions, expiresInSeconds } = grant;
    done(`${actions.join(" and ")} ${prefix}`, "grant");
    return { credentials: { store, prefix, actions, expiresInSeconds } };
  });
}
