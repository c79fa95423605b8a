import type { RequestAct } from "../audit/act.ts";
import type { Caller } from "../grant/authenticate.ts";
import { hasQuotaOwner, quotaOwnerOf } from "../grant/quota-owner.ts";
import type { DeletableObject, ReadableObject } from "./object-access.ts";

/** Returns the act of what was done with an object. A token without the claim of a quota has no ledger. */
export function actOn(
  type: "download.granted" | "object.deleted",
  { policy, key }: ReadableObject | DeletableObject,
  caller: Caller,
): RequestAct {
  const hasLedger = policy.quota !== undefined && hasQuotaOwner(policy, caller);
  const ledger = hasLedger ? quotaOwnerOf(policy, caller) : undefined;
  return { type, policy: policy.name, key: key.text, ledger };
}
