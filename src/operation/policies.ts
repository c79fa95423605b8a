/** Lists the policies that a caller can use, and what is left of their quotas. */
import type { CredentialPolicy, Policy } from "../config/config.ts";
import type { Quota } from "../config/policy-schema.ts";
import { findAllowance, type Allowance } from "../grant/allowance.ts";
import type { Caller } from "../grant/authenticate.ts";
import { authorizeCredentials, type CredentialGrant } from "../grant/authorize-credentials.ts";
import { quotaOwnerOf, type QuotaOwner } from "../grant/quota-owner.ts";
import { isAllowed } from "../grant/token-scope.ts";
import type { LimitName, Remaining } from "../ledger/limits.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";

/** A limit of a quota; without what remains of it where the ledger did not answer. */
type KnownLimit = Pick<Remaining, "limit"> & Partial<Remaining>;
type KnownQuota = Readonly<Partial<Record<LimitName, KnownLimit>>>;

export interface ListedPolicy {
  readonly policy: Policy;
  readonly allowance: Allowance;
  /** `undefined` where the policy has none, or the caller cannot upload. */
  readonly quota: KnownQuota | undefined;
}

export interface PolicyList {
  /** The name of the default policy, if the caller can use it. */
  readonly default: string | undefined;
  readonly policies: readonly ListedPolicy[];
  /** Of policies that give credentials: what this caller would get. */
  readonly credentials: readonly CredentialGrant[];
}

type Limited = Omit<ListedPolicy, "quota"> & { readonly policy: { readonly quota: Quota } };

/**
 * Returns the policies in the order of the configuration. Reads each ledger once that has a quota of
 * theirs. Where that fails the limits have no `remaining`: the answer admits nothing, and what it says
 * of types and sizes stays true.
 */
export async function listPolicies(service: Service, caller: Caller): Promise<PolicyList> {
  const { config, now } = service;
  const moment = new Date(now());
  const usable = [...config.policies.values()].flatMap((policy) => {
    const allowance = findAllowance(policy, caller, moment);
    return allowance ? [{ policy, allowance }] : [];
  });
  const quotas = await readQuotas(service, caller, usable.filter(isLimited));
  const isUsable = usable.some(({ policy }) => policy.name === config.defaultPolicy);
  return {
    default: isUsable ? config.defaultPolicy : undefined,
    policies: usable.map((one) => ({ ...one, quota: quotas.get(one.policy.name) })),
    credentials: [...config.credentialPolicies.values()].flatMap((policy) =>
      findCredentials(policy, caller, moment),
    ),
  };
}

/** Returns the grant, or nothing where a request would be refused. */
function findCredentials(
  policy: CredentialPolicy,
  caller: Caller,
  now: Date,
): readonly CredentialGrant[] {
  const { scope } = caller;
  if (scope.policies && !scope.policies.includes(policy.name)) return [];
  if (!isAllowed(caller, "credentials")) return [];
  try {
    return [authorizeCredentials(policy, caller, {}, now)];
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

function isLimited(one: Omit<ListedPolicy, "quota">): one is Limited {
  return one.policy.quota !== undefined && one.allowance.upload !== undefined;
}

/** Returns the quotas by the names of their policies. */
async function readQuotas(
  service: Service,
  caller: Caller,
  limited: readonly Limited[],
): Promise<ReadonlyMap<string, KnownQuota>> {
  const byOwner = Map.groupBy(limited, ({ policy }) => quotaOwnerOf(policy, caller).digest);
  const known = await Promise.all(
    Array.from(byOwner, async ([digest, all]) => readFrom(service, { digest }, all)),
  );
  return new Map(known.flat());
}

async function readFrom(
  { ledgerOf }: Service,
  owner: QuotaOwner,
  limited: readonly Limited[],
): Promise<readonly (readonly [policy: string, KnownQuota])[]> {
  const asked = limited.map(({ policy: { name, quota } }) => ({ policy: name, quota }));
  const known = await ledgerOf(owner)
    .readQuotas(asked)
    .catch((error: unknown) => {
      if (error instanceof Problem) return undefined;
      throw error;
    });
  return asked.map(({ policy, quota }, index) => [policy, known?.[index] ?? limitsOf(quota)]);
}

function limitsOf({ uploads, bytes, pending, objects, stored }: Quota): KnownQuota {
  return {
    ...(uploads && { uploads: { limit: uploads.limit } }),
    ...(bytes && { bytes: { limit: bytes.limit } }),
    ...(pending !== undefined && { pending: { limit: pending } }),
    ...(objects !== undefined && { objects: { limit: objects } }),
    ...(stored !== undefined && { stored: { limit: stored } }),
  };
}
