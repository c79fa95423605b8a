/** Whose a policy's quota is: the caller's own, or that of all callers of an issuer with one value of a claim. */
import type { Policy } from "../config/config.ts";
import { sha256Hex } from "../hash.ts";
import { claimText } from "../key/placeholder.ts";
import { Problem } from "../problem.ts";
import type { Caller } from "./authenticate.ts";
import type { Owner } from "./owner.ts";

/** Names a ledger. */
export type QuotaOwner = Pick<Owner, "digest">;

/** A caller, or whom a key names. */
type Claimant = Pick<Caller, "issuer" | "digest" | "claims">;

/**
 * Returns the owner. A list of three texts has another digest than the two of a user. Throws `forbidden` for
 * a token without the claim.
 */
export function quotaOwnerOf(policy: Policy, caller: Claimant): QuotaOwner {
  const { quotaClaim, name } = policy;
  if (quotaClaim === undefined) return caller;
  const value = claimText(caller, quotaClaim);
  if (value !== undefined)
    return { digest: sha256Hex(JSON.stringify([caller.issuer, quotaClaim, value])) };
  const detail = `The token needs a claim "${quotaClaim}", a text or a whole number: it says whose the quota of "${name}" is`;
  throw new Problem("forbidden", detail);
}

/** Returns whether the token says whose the quota is. */
export function hasQuotaOwner({ quotaClaim }: Policy, caller: Claimant): boolean {
  return quotaClaim === undefined || claimText(caller, quotaClaim) !== undefined;
}
