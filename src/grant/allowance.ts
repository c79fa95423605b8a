/** Policy + Caller → what the policy lets this caller do, before anything is asked for. */
import type { Policy } from "../config/config.ts";
import { canHaveKeys } from "../key/match.ts";
import type { Caller } from "./authenticate.ts";
import { limitOf } from "./authorize.ts";
import { longestLifetime } from "./lifetime.ts";
import { hasQuotaOwner } from "./quota-owner.ts";
import { isAllowed } from "./token-scope.ts";

export interface Allowance {
  /** The most bytes of a file, and whether its size has to be known; `undefined` where the caller cannot upload. */
  readonly upload: { readonly maxBytes: number; readonly sizeRequired: boolean } | undefined;
  readonly download: boolean;
  readonly delete: boolean;
  /** Of the tickets of this caller, in seconds. */
  readonly expiresIn: number;
}

/** Returns `undefined` where the caller can do nothing under the policy. The hook `authorize` is not asked. */
export function findAllowance(policy: Policy, caller: Caller, now: Date): Allowance | undefined {
  const { scope } = caller;
  if (scope.policies && !scope.policies.includes(policy.name)) return undefined;
  if (!canHaveKeys(policy.template, { policy, caller }, scope.key)) return undefined;
  const expiresIn = longestLifetime(policy, caller, now);
  const hasTickets = expiresIn > 0;
  const maxBytes = limitOf(policy, caller);
  // A quarantine makes a new key for each upload.
  const canHaveKey = !policy.quarantine || (scope.key ?? "/").endsWith("/");
  const canUpload =
    hasTickets &&
    canHaveKey &&
    hasQuotaOwner(policy, caller) &&
    isAllowed(caller, "upload") &&
    maxBytes >= policy.minBytes;
  const sizeRequired = policy.size === "required" || scope.maxBytes !== undefined;
  const allowance = {
    upload: canUpload ? { maxBytes, sizeRequired } : undefined,
    download: hasTickets && policy.download && isAllowed(caller, "download"),
    delete: policy.delete && isAllowed(caller, "delete"),
    expiresIn,
  };
  return allowance.upload || allowance.download || allowance.delete ? allowance : undefined;
}
