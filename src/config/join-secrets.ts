/** Joins the plan of the environment with the Worker's secrets: the configuration as it would be compiled. */
import type { Env } from "../secret.ts";
import type { Store } from "../store/store.ts";
import type { KeySpace } from "./key-space.ts";
import { addParents, prefixSpace } from "./parent-credentials.ts";
import { compileSecrets } from "./compile-secrets.ts";
import type { Config, CredentialPolicy, Issuer, Policy } from "./config.ts";
import { ENVIRONMENT_VARIABLE, chooseMade, type Made } from "./environment.ts";
import { ConfigurationError, ErrorCollector } from "./errors.ts";
import { splitOrigins } from "./origins.ts";
import type { ConfigPlan, CredentialPolicyPlan, IssuerPlan, PolicyPlan } from "./plan.ts";
import { readCredentials } from "./read-credentials.ts";
import { requireSharedSecret } from "./shared-secret.ts";

type CheckKeySpaces = (spaces: readonly KeySpace[], errors: ErrorCollector) => void;

/**
 * Returns the configuration. Throws `ConfigurationError` with every error of the secrets.
 * `checkKeySpaces` is for stores of which only the access keys tell whether they are one bucket.
 */
export function joinSecrets(
  plans: Made<ConfigPlan>,
  env: Env,
  checkKeySpaces?: CheckKeySpaces,
): Config {
  const errors = new ErrorCollector();
  const plan = chooseMade(plans, env[ENVIRONMENT_VARIABLE], errors);
  const stores = plan.stores.map((store) => ({
    ...store,
    ...readCredentials(store.name, env, errors),
  }));
  const byName = new Map(stores.map((store) => [store.name, store]));
  const policies = plan.policies.map((policy) => joinPolicy(policy, byName));
  const credentialPolicies = addParents(
    plan.credentialPolicies.flatMap((policy) => joinCredentialPolicy(policy, byName)),
    env,
    errors,
  );
  checkKeySpaces?.([...policies, ...credentialPolicies.map(prefixSpace)], errors.at("policies"));
  const issuers = plan.issuers.map((issuer) => joinIssuer(issuer, env, errors));
  const adminIssuers = plan.adminIssuers.map((issuer) => joinIssuer(issuer, env, errors));
  const { origins, defaultPolicy, limits, logging, revocations, receipts, traces } = plan;
  const { keys, ...secrets } = compileSecrets(
    {
      stores,
      credentialPolicies,
      policies,
      issuers: [...issuers, ...adminIssuers],
      origins,
      webhookUrl: plan.webhookUrl,
      audit: plan.audit,
    },
    env,
    errors,
  );
  if (errors.errors.length > 0 || !keys) throw new ConfigurationError(errors.errors);
  return {
    ...splitOrigins(origins),
    issuers,
    adminIssuers,
    policies: new Map(policies.map((policy) => [policy.name, policy])),
    credentialPolicies: new Map(credentialPolicies.map((policy) => [policy.name, policy])),
    defaultPolicy,
    limits,
    revocations,
    logging,
    traces,
    receipts: { ...receipts, keys },
    ...secrets,
  };
}

function joinPolicy(policy: PolicyPlan, stores: ReadonlyMap<string, Store>): Policy {
  const byRegion = typeof policy.store === "string" ? { default: policy.store } : policy.store;
  const found = Object.entries(byRegion).flatMap(([region, name]) => {
    const store = stores.get(name);
    return store ? [[region, store] as const] : [];
  });
  return { ...policy, stores: new Map(found), checksums: new Set(policy.checksums) };
}

function joinCredentialPolicy(
  policy: CredentialPolicyPlan,
  stores: ReadonlyMap<string, Store>,
): readonly Omit<CredentialPolicy, "parent">[] {
  const store = stores.get(policy.store);
  return store ? [{ ...policy, store }] : [];
}

function joinIssuer(issuer: IssuerPlan, env: Env, errors: ErrorCollector): Issuer {
  if (issuer.kind === "jwks") return issuer;
  return { ...issuer, secret: requireSharedSecret(env, issuer.secret, errors) };
}
