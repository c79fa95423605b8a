/** Reads a user's quotas, and corrects them. */
import {
  CORRECTABLE,
  type Corrected,
  type CorrectedAmounts,
  type PolicyUsage,
} from "../ledger/administer.ts";
import type { LimitedPolicy } from "../ledger/limits.ts";
import { Problem, invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import type { NamedUser } from "./find-user.ts";
import { findLedgers, type UnreachedPolicy } from "./user-ledgers.ts";

export interface UserQuota {
  readonly policies: readonly PolicyUsage[];
  readonly unreached: readonly UnreachedPolicy[];
}

/** Returns what the user has used of each quota. Throws `ledger-unavailable`. */
export async function readUserQuota(service: Service, user: NamedUser): Promise<UserQuota> {
  const { ledgers, unreached } = findLedgers(service, user);
  const read = await Promise.all(
    ledgers.map(async ({ ledger, policies }) =>
      policies.length > 0 ? ledger.readUsage(policies) : [],
    ),
  );
  return { policies: read.flat(), unreached };
}

export interface QuotaChange {
  readonly policy: string;
  /** What is used from now on. `reset` empties the windows: what is stored stays counted. */
  readonly used: CorrectedAmounts | "reset";
  /** What was read before, if anything may have changed since. */
  readonly expected?: CorrectedAmounts | undefined;
}

/**
 * Sets what is used of a quota. Throws `invalid-request` for what the policy does not limit, for amounts that
 * are not the expected ones, and for a claim that is missing; `policy-not-found` and `ledger-unavailable`.
 */
export async function correctUserQuota(
  service: Service,
  user: NamedUser,
  { policy: name, used: wanted, expected = {} }: QuotaChange,
): Promise<Corrected> {
  const { ledgers, unreached } = findLedgers(service, user);
  const missing = unreached.find(({ policy }) => policy === name);
  if (missing) {
    const detail = `is required: the quota of "${name}" belongs to its value`;
    throw invalidRequest({ pointer: `/claim.${missing.claim}`, detail });
  }
  for (const { ledger, policies } of ledgers) {
    const limited = policies.find(({ policy }) => policy === name);
    if (!limited) continue;
    const used = wanted === "reset" ? resetOf(limited) : wanted;
    requireLimits(limited, used);
    // oxlint-disable-next-line no-await-in-loop -- one ledger has the quota
    const corrected = await ledger.correct({ ...limited, used, expected });
    if (corrected.isChanged) return corrected;
    const now = JSON.stringify(corrected.before.used);
    throw invalidRequest({ pointer: "/expected", detail: `nothing is changed: used is ${now}` });
  }
  throw new Problem("policy-not-found", `No policy "${name}" has a quota`);
}

function requireLimits({ policy, quota }: LimitedPolicy, used: CorrectedAmounts): void {
  const isCounted = {
    uploads: quota.uploads !== undefined,
    bytes: quota.bytes !== undefined,
    objects: quota.objects !== undefined,
    stored: quota.objects !== undefined,
  };
  const unknown = CORRECTABLE.find((name) => used[name] !== undefined && !isCounted[name]);
  if (unknown === undefined) return;
  const detail = `is not counted: the quota of "${policy}" has no such limit`;
  throw invalidRequest({ pointer: `/used/${unknown}`, detail });
}

function resetOf({ quota }: LimitedPolicy): CorrectedAmounts {
  return { ...(quota.uploads && { uploads: 0 }), ...(quota.bytes && { bytes: 0 }) };
}
