/** An upload's record in the ledger of its quota's owner, for policies that have one. */
import type { Caller } from "../grant/authenticate.ts";
import { quotaOwnerOf } from "../grant/quota-owner.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { Ledger } from "../ledger/client.ts";
import type { UploadRecord } from "../ledger/record.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";

/**
 * Returns the ledger of the quota's owner; `undefined` where the upload's policy has no quota. Throws
 * `forbidden` for a token that does not say whose the quota is.
 */
export function findLedger(
  service: Service,
  caller: Caller,
  { policy }: Pick<UploadClaims, "policy">,
): Ledger | undefined {
  const limited = service.config.policies.get(policy);
  return limited?.quota && service.ledgerOf(quotaOwnerOf(limited, caller));
}

/** Returns the record. Throws `upload-not-found` and `ledger-unavailable`. */
export async function requireRecord(ledger: Ledger, { jti }: UploadClaims): Promise<UploadRecord> {
  return (await ledger.find(jti)) ?? refuseOld();
}

/** Throws the problem of an upload without a record: deleted, or from before its policy had a quota. */
export function refuseOld(): never {
  throw new Problem(
    "upload-not-found",
    "The upload has ended, and its record is deleted: create a new upload",
  );
}

/** Returns whether the object under the upload's key belongs to this upload, as far as its ledger knows. */
export async function ownsKey(ledger: Ledger, { jti }: UploadClaims): Promise<boolean> {
  return !(await ledger.isKeyShared(jti));
}
