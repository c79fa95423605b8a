/** The ledgers that know a user: the user's own, and those of quotas that the user shares. */
import type { Policy } from "../config/config.ts";
import type { Quota } from "../config/policy-schema.ts";
import { hasQuotaOwner, quotaOwnerOf } from "../grant/quota-owner.ts";
import type { Ledger } from "../ledger/client.ts";
import type { LimitedPolicy } from "../ledger/limits.ts";
import type { Service } from "../service.ts";
import type { NamedUser } from "./find-user.ts";

export interface UserLedger {
  readonly ledger: Ledger;
  /** The user's digest, in a ledger of several users. */
  readonly owner?: string;
  /** The policies whose quota it keeps. */
  readonly policies: readonly LimitedPolicy[];
}

export interface UserLedgers {
  readonly ledgers: readonly UserLedger[];
  /** Policies whose quota belongs to a claim that the admin has not named. */
  readonly unreached: readonly UnreachedPolicy[];
}

export interface UnreachedPolicy {
  readonly policy: string;
  /** Name its value to reach the quota. */
  readonly claim: string;
}

type Limited = Policy & { readonly quota: Quota };

/** Returns the ledgers; the user's own is the first. It asks nobody. */
export function findLedgers(service: Service, user: NamedUser): UserLedgers {
  const limited = [...service.config.policies.values()].filter(isLimited);
  const reached = limited.filter((policy) => hasQuotaOwner(policy, user));
  const byOwner = Map.groupBy(reached, (policy) => quotaOwnerOf(policy, user).digest);
  const digests = new Set([user.digest, ...byOwner.keys()]);
  return {
    ledgers: Array.from(digests, (digest) => ({
      ledger: service.ledgerOf({ digest }),
      ...(digest !== user.digest && { owner: user.digest }),
      policies: (byOwner.get(digest) ?? []).map(({ name, quota }) => ({ policy: name, quota })),
    })),
    unreached: limited.flatMap(({ name: policy, quotaClaim: claim }) =>
      claim !== undefined && !reached.some(({ name }) => name === policy)
        ? [{ policy, claim }]
        : [],
    ),
  };
}

function isLimited(policy: Policy): policy is Limited {
  return policy.quota !== undefined;
}
