/** A caller's ledger, for an upload whose policy has one. */
import { ledgerUnavailable } from "./admit.ts";
import type { Caller } from "../grant/authenticate.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { LedgerApi } from "../ledger/durable-object.ts";
import type { Outcome, UploadRecord } from "../ledger/record.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";

/** `undefined` where the policy keeps no record. */
export function ledgerFor(
  service: Service,
  caller: Caller,
  { policy }: UploadClaims,
): LedgerApi | undefined {
  return service.config.policies.get(policy)?.quota && service.ledgerOf(caller);
}

/** The ledger's record. Throws `upload-not-found`, and `ledger-unavailable`. */
export async function findRecord(ledger: LedgerApi, { jti }: UploadClaims): Promise<UploadRecord> {
  const record = await orUnavailable(async () => ledger.find(jti));
  if (record) return record;
  throw new Problem("upload-not-found", "The upload is over, and its record is no longer kept");
}

/** The record after the change. Throws `ledger-unavailable`. */
export async function settleIn(
  ledger: LedgerApi,
  { jti }: UploadClaims,
  outcome: Outcome,
): Promise<UploadRecord | undefined> {
  return orUnavailable(async () => ledger.settle(jti, outcome));
}

/** What comes of a call to the ledger. Throws `ledger-unavailable`. */
export async function orUnavailable<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw ledgerUnavailable(cause);
  }
}

/** Whether what is under the upload's key is its own alone, as far as its ledger knows. */
export async function ownsKey(
  ledger: LedgerApi | undefined,
  { jti }: UploadClaims,
): Promise<boolean> {
  return !ledger || !(await orUnavailable(async () => ledger.isKeyShared(jti)));
}
