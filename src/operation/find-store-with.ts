import type { Policy } from "../config/config.ts";
import { findStore } from "../grant/region.ts";
import type { ObjectKey } from "../key/make.ts";
import type { Service } from "../service.ts";
import { headObject } from "../store/object.ts";
import type { ObjectLocation, Store } from "../store/store.ts";
import { accessTo } from "./locate.ts";
import type { Place } from "./place.ts";

export interface FoundStore {
  readonly store: Store | undefined;
  /** Of the object, where the store was asked. */
  readonly etag?: string;
}

/**
 * Returns the policy's only store; of several, the first with the object, the caller's region first.
 * Where the policy has a quota, a store without the object is not returned: it may have an abort mark.
 */
export async function findStoreWith(
  service: Service,
  { policy, key }: { readonly policy: Policy; readonly key: ObjectKey },
  place: Place,
): Promise<FoundStore> {
  const nearest = findStore(policy, place.region);
  const stores = new Set([nearest, ...policy.stores.values()]);
  if (stores.size === 1 && !policy.quota) return { store: nearest };
  for (const store of stores) {
    const { reader } = accessTo(service, store);
    // oxlint-disable-next-line no-await-in-loop -- the first store nearly always has it
    const object = await headObject(locationIn(store, key, place), reader);
    if (object) return { store, etag: object.etag };
  }
  return { store: policy.quota ? undefined : nearest };
}

export function locationIn(store: Store, { encoded }: ObjectKey, place: Place): ObjectLocation {
  return {
    store,
    key: encoded,
    requestOrigin: store.origin === undefined ? place.requestOrigin : undefined,
  };
}
