/** Caller + policy → CredentialGrant: which prefix credentials reach, for what and for how long. */
import type { Config, CredentialPolicy } from "../config/config.ts";
import { Problem, invalidRequest } from "../problem.ts";
import { CREDENTIAL_ACTIONS, type CredentialAction } from "../store/scoped-access.ts";
import type { Caller } from "./authenticate.ts";
import { credentialLifetime } from "./lifetime.ts";

declare const granted: unique symbol;

export interface CredentialIntent {
  readonly policy: string;
  /** All that the policy has, where it is left out. */
  readonly actions?: readonly CredentialAction[] | undefined;
}

/** The permission for one prefix. Only `authorizeCredentials` makes one. */
export interface CredentialGrant {
  readonly [granted]: true;
  readonly caller: Caller;
  readonly policy: CredentialPolicy;
  /** Ends with a slash. */
  readonly prefix: string;
  readonly actions: readonly CredentialAction[];
  readonly expiresInSeconds: number;
}

/** Returns the policy. Throws `policy-not-found`, `invalid-request` for one of tickets, and `forbidden` for a token restricted to others. */
export function findCredentialPolicy(
  { policies, credentialPolicies }: Config,
  { scope }: Caller,
  name: string,
): CredentialPolicy {
  const policy = credentialPolicies.get(name);
  if (policy && scope.policies && !scope.policies.includes(name))
    throw new Problem("forbidden", `The token is restricted to other policies than "${name}"`);
  if (policy) return policy;
  if (!policies.has(name)) throw new Problem("policy-not-found", `There is no policy "${name}"`);
  const detail = `must be a policy with credentials: "${name}" gives tickets`;
  throw invalidRequest({ pointer: "/policy", detail });
}

/** Returns the prefix of a caller. */
export function prefixOf({ template }: CredentialPolicy, { segment }: Caller): string {
  const folders = template.segments.flatMap(([part]) =>
    part?.kind === "literal" ? part.text : segment,
  );
  return `${folders.join("/")}/`;
}

/** Returns the grant. Throws `forbidden` where a restriction of the caller would be bypassed, and the problems of the lifetime. */
export function authorizeCredentials(
  policy: CredentialPolicy,
  caller: Caller,
  { actions = policy.actions }: Pick<CredentialIntent, "actions">,
  now: Date,
): CredentialGrant {
  const prefix = prefixOf(policy, caller);
  checkRestrictions(caller, prefix);
  const missing = actions.find((action) => !policy.actions.includes(action));
  if (missing)
    throw new Problem("forbidden", `The policy "${policy.name}" does not allow ${missing}`);
  const grant: Omit<CredentialGrant, typeof granted> = {
    caller,
    policy,
    prefix,
    actions: CREDENTIAL_ACTIONS.filter((action) => actions.includes(action)),
    expiresInSeconds: credentialLifetime(policy, caller, now),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return grant as CredentialGrant;
}

/** What only a ticket keeps: credentials store any type and size, under any key of the prefix. */
function checkRestrictions({ scope }: Caller, prefix: string): void {
  const { types, maxBytes, key } = scope;
  const [restriction] = [
    ...(types === undefined ? [] : ["types"]),
    ...(maxBytes === undefined ? [] : ["maxBytes"]),
    ...(key === undefined || (key.endsWith("/") && prefix.startsWith(key)) ? [] : ["key"]),
  ];
  if (restriction === undefined) return;
  const detail = `Ask without the restriction ${restriction}: credentials would bypass it`;
  throw new Problem("forbidden", detail);
}
