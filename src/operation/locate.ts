/** Finds the object of an upload: its store, its encoded key, and the credentials that reach it. */
import type { Policy } from "../config/config.ts";
import { ticketKeyOf, type UploadClaims } from "../grant/upload-claims.ts";
import type { LeftObject, StoredPlace } from "../ledger/leftover.ts";
import { Problem } from "../problem.ts";
import type { Watch } from "../observe/watch.ts";
import type { Service } from "../service.ts";
import { encodeKey } from "../store/encode-key.ts";
import { headObject } from "../store/object.ts";
import { StoreUnavailable, type StoreAccess } from "../store/request.ts";
import type { ObjectLocation, Store } from "../store/store.ts";
import type { Admitted } from "./admit.ts";

/** An upload with its place in the store: found once per request, and handed on. */
export interface LocatedUpload<Claims extends UploadClaims = UploadClaims> {
  readonly claims: Claims;
  /** Where its tickets lead: under a policy with a quarantine that is not where the object is in the end. */
  readonly location: ObjectLocation;
  /** With the credentials that read, and with those that write. */
  readonly reader: StoreAccess;
  readonly writer: StoreAccess;
}

type Context = Pick<Service, "stores" | "signersOf" | "now" | "fetch" | "watch">;

/** Returns the upload with its place. Throws `StoreUnavailable` for a store that is no longer configured. */
export function locateUpload<Claims extends UploadClaims>(
  service: Context,
  claims: Claims,
): LocatedUpload<Claims> {
  const store = service.stores.get(claims.store);
  if (!store)
    throw new StoreUnavailable(`The store ${claims.store} is no longer in the configuration`);
  const key = encodeKey(ticketKeyOf(claims));
  const location = { store, key, requestOrigin: claims.origin };
  return { claims, location, ...accessTo(service, store) };
}

/** Returns where the tickets of an admitted upload lead. */
export function ticketLocation({ grant, key, claims }: Admitted): ObjectLocation {
  const { pendingKey, origin: requestOrigin } = claims;
  const encoded = pendingKey === undefined ? key.encoded : encodeKey(pendingKey);
  return { store: grant.store, key: encoded, requestOrigin };
}

/** Returns where the object of an upload is in the end. */
export function finalLocation({ claims, location }: LocatedUpload): ObjectLocation {
  return claims.pendingKey === undefined ? location : { ...location, key: encodeKey(claims.key) };
}

/** Returns the object at a place, as the reading credentials see it. Throws `StoreUnavailable`. */
export async function measureObject(
  service: Context,
  { store: name, key, origin: requestOrigin }: StoredPlace,
): Promise<LeftObject | undefined> {
  const store = service.stores.get(name);
  if (!store) throw new StoreUnavailable(`The store ${name} is no longer in the configuration`);
  const location = { store, key: encodeKey(key), requestOrigin };
  return headObject(location, accessTo(service, store).reader);
}

/** Returns access with the credentials that read, and with those that write. */
export function accessTo(
  { signersOf, now, fetch, watch }: Context,
  store: Store,
): Pick<LocatedUpload, "reader" | "writer"> {
  const { reader, writer } = signersOf(store);
  const access = { now, fetch, time: timeOf(watch) };
  return { reader: { signer: reader, ...access }, writer: { signer: writer, ...access } };
}

/** Returns what measures the requests to a store, where somebody watches. */
export function timeOf(watch: Watch | undefined): StoreAccess["time"] {
  return watch && (async (name, work) => watch.time("store", name, work));
}

/** Returns the upload's policy. Throws `upload-not-found` for a policy that is no longer configured. */
export function policyOf(service: Service, { policy }: UploadClaims): Policy {
  const found = service.config.policies.get(policy);
  if (found) return found;
  throw new Problem("upload-not-found", `The policy "${policy}" no longer exists`);
}
