/** What a quarantine asks of downloads and deletions: its ledger is read before the object is. */
import type { Caller } from "../grant/authenticate.ts";
import { quotaOwnerOf } from "../grant/quota-owner.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import type { DeletableObject, ReadableObject } from "./object-access.ts";

/**
 * Throws `not-found` while the object is not promoted, and for one that was rejected, whatever the store has. An
 * object without a record was promoted so long ago that the record is deleted.
 */
export async function requirePromoted(
  service: Service,
  caller: Caller,
  { policy, key }: ReadableObject,
): Promise<void> {
  if (!policy.quarantine) return;
  const ledger = service.ledgerOf(quotaOwnerOf(policy, caller));
  const records = await ledger.findByKey(key.text, storeNames(policy));
  if (records.length === 0 || records.some(({ status }) => status === "completed")) return;
  throw new Problem("not-found", "There is no object under this key, or it is not checked yet");
}

/** Tells a promotion that may still be under way: it removes what it copies after the deletion. */
export async function noteDeletion(
  service: Service,
  caller: Caller,
  { policy, key }: DeletableObject,
): Promise<void> {
  if (!policy.quarantine) return;
  const ledger = service.ledgerOf(quotaOwnerOf(policy, caller));
  await ledger.noteDeletion({ key: key.text, stores: storeNames(policy) });
}

function storeNames({ stores }: ReadableObject["policy"]): readonly string[] {
  return [...new Set([...stores.values()].map(({ name }) => name))];
}
