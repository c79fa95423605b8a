/** Deletes objects in the caller's own prefix. */
import type { Caller } from "../grant/authenticate.ts";
import { quotaOwnerOf } from "../grant/quota-owner.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { deleteObject } from "../store/object.ts";
import type { ObjectLocation, Store } from "../store/store.ts";
import { actOn } from "./act-on.ts";
import { askApp } from "./ask-app.ts";
import { findStoreWith, locationIn, type FoundStore } from "./find-store-with.ts";
import { accessTo } from "./locate.ts";
import { allowDelete, type DeletableObject, type ObjectIntent } from "./object-access.ts";
import type { Place } from "./place.ts";
import { noteDeletion } from "./promoted-object.ts";
import { recordRefused } from "./watch-ticket.ts";

/**
 * Deletes an object, if there is one. Throws `policy-not-found`, `forbidden`, `key-outside-prefix`,
 * `store-unavailable`, `misconfigured`, and `ledger-unavailable` where the ledger could not be told: the object
 * is deleted then, and counts until the deletion is sent again.
 */
export async function removeObject(
  service: Service,
  caller: Caller,
  intent: ObjectIntent,
  place: Place,
): Promise<void> {
  const { object, store, etag } = await remove(service, caller, intent, place).catch(
    (error: unknown) => {
      const { policy, key } = intent;
      recordRefused(service, { kind: "deletion", policy, key }, error);
      throw error;
    },
  );
  const { policy, key } = object;
  service.watch?.records({ ...actOn("object.deleted", object, caller), store: store?.name });
  if (policy.quota?.objects === undefined) return;
  // Only now: what fails in between counts too much, and a repeated deletion tells the ledger again.
  const stores = store ? [store] : [...new Set(policy.stores.values())];
  const deleted = { key: key.text, stores: stores.map(({ name }) => name), etag };
  await service.ledgerOf(quotaOwnerOf(policy, caller)).forgetObject(deleted);
}

interface Removed extends FoundStore {
  readonly object: DeletableObject;
}

async function remove(
  service: Service,
  caller: Caller,
  intent: ObjectIntent,
  place: Place,
): Promise<Removed> {
  const object = allowDelete(service, caller, intent);
  const { policy, key } = object;
  await askApp(service, caller, { action: "delete", policy: policy.name, key: key.text });
  const found = await findStoreWith(service, object, place);
  await noteDeletion(service, caller, object);
  if (found.store) await deleteFrom(service, found.store, locationIn(found.store, key, place));
  return { object, ...found };
}

async function deleteFrom(service: Service, store: Store, location: ObjectLocation): Promise<void> {
  const { reader, writer } = accessTo(service, store);
  const isDeleted =
    (await deleteObject(location, reader)) || (await deleteObject(location, writer));
  if (!isDeleted)
    throw new Problem(
      "misconfigured",
      `The credentials of the store "${store.name}" may not delete objects`,
    );
}
