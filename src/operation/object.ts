/** Downloads and deletes objects in the caller's own prefix. */
import { create as contentDisposition } from "content-disposition";
import type { Policy } from "../config/config.ts";
import type { RequestAct } from "../audit/act.ts";
import type { Caller } from "../grant/authenticate.ts";
import { inlineTypeOf, mayRun } from "../grant/content-type.ts";
import { ticketLifetime } from "../grant/lifetime.ts";
import { hasQuotaOwner, quotaOwnerOf } from "../grant/quota-owner.ts";
import { findStore } from "../grant/region.ts";
import type { ObjectKey } from "../key/make.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { deleteObject, headObject } from "../store/object.ts";
import type { ObjectLocation, Store } from "../store/store.ts";
import { askApp } from "./ask-app.ts";
import { accessTo } from "./locate.ts";
import {
  allowDelete,
  allowRead,
  type DeletableObject,
  type ObjectIntent,
  type ReadableObject,
} from "./object-access.ts";
import type { Place } from "./place.ts";
import { noteDeletion, requirePromoted } from "./promoted-object.ts";
import { signRead, type Ticket } from "./ticket.ts";
import { recordRefused, reportGiven, watchTicket } from "./watch-ticket.ts";

export interface DownloadIntent extends ObjectIntent {
  readonly method: "GET" | "HEAD";
  readonly disposition: "attachment" | "inline";
  readonly filename?: string | undefined;
}

export interface Download {
  readonly policy: string;
  readonly key: string;
  readonly ticket: Ticket<"GET" | "HEAD">;
}

/**
 * Returns a ticket to read one object. What a browser could run is always served as an attachment of
 * `application/octet-stream`, and `inline` shows an object as the type of its extension alone. Throws `forbidden`, `key-outside-prefix` and `store-unavailable`, and
 * `not-found` where the policy has a quota: an aborted upload may have left an empty object, and a file in
 * quarantine is not read.
 */
export function createDownload(
  service: Service,
  owner: Caller,
  intent: DownloadIntent,
  place: Place,
): Promise<Download> {
  const request = { kind: "download", policy: intent.policy, key: intent.key } as const;
  return watchTicket(service, request, () => signDownload(service, owner, intent, place));
}

async function signDownload(
  service: Service,
  owner: Caller,
  intent: DownloadIntent,
  place: Place,
): Promise<Download> {
  const object = allowRead(service, owner, intent);
  const { policy, key } = object;
  const question = { action: "download", policy: policy.name, key: key.text } as const;
  const caller = await askApp(service, owner, question);
  await requirePromoted(service, caller, object);
  const { store } = await findStoreWith(service, object, place);
  if (!store) throw new Problem("not-found", "There is no object under this key");
  const isRisky = mayRun(policy.types, key.text);
  const filename = intent.filename ?? key.text.split("/").at(-1);
  const now = new Date(service.now());
  const shownAs =
    intent.disposition === "inline" ? inlineTypeOf(policy.types, key.text) : undefined;
  const servedAs = isRisky ? "application/octet-stream" : shownAs;
  const ticket = await signRead(
    object,
    {
      method: intent.method,
      location: locationIn(store, key, place),
      query: {
        "response-content-disposition": contentDisposition(filename, {
          type: shownAs === undefined ? "attachment" : "inline",
        }),
        ...(servedAs !== undefined && { "response-content-type": servedAs }),
      },
      expiresInSeconds: ticketLifetime(policy, { caller, now }),
    },
    { signer: service.signersOf(store).reader, now },
  );
  reportGiven(service, {
    kind: "download",
    policy: policy.name,
    store: store.name,
    act: service.watch && {
      ...about("download.granted", object, caller),
      store: store.name,
      expiresAt: ticket.expiresAt.toISOString(),
    },
  });
  return { policy: policy.name, key: key.text, ticket };
}

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
  service.watch?.records({ ...about("object.deleted", object, caller), store: store?.name });
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

/** Returns the act of what was done with an object. A token without the claim of a quota has no ledger. */
function about(
  type: "download.granted" | "object.deleted",
  { policy, key }: ReadableObject | DeletableObject,
  caller: Caller,
): RequestAct {
  const hasLedger = policy.quota !== undefined && hasQuotaOwner(policy, caller);
  const ledger = hasLedger ? quotaOwnerOf(policy, caller) : undefined;
  return { type, policy: policy.name, key: key.text, ledger };
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

interface FoundStore {
  readonly store: Store | undefined;
  /** Of the object, where the store was asked. */
  readonly etag?: string;
}

/**
 * Returns the policy's only store; of several, the first with the object, the caller's region first.
 * Where the policy has a quota, a store without the object is not returned: it may have an abort mark.
 */
async function findStoreWith(
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

function locationIn(store: Store, { encoded }: ObjectKey, place: Place): ObjectLocation {
  return {
    store,
    key: encoded,
    requestOrigin: store.origin === undefined ? place.requestOrigin : undefined,
  };
}
