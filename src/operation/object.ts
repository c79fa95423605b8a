/** Reading back and deleting: what is in the caller's own prefix, where the policy says so. */
import { create as contentDisposition } from "content-disposition";
import type { Policy, Store } from "../config/config.ts";
import type { Caller } from "../grant/authenticate.ts";
import { findPolicy, findStore } from "../grant/authorize.ts";
import { recognizeKey, type ObjectKey } from "../key/make.ts";
import { mayRun } from "../grant/content-type.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { deleteObject, headObject } from "../store/object.ts";
import type { Location } from "../store/request.ts";
import { askingOf, orStoreUnavailable } from "./locate.ts";
import type { Occasion } from "./create.ts";

export interface ObjectIntent {
  readonly policy?: string | undefined;
  readonly key: string;
}

export interface DownloadIntent extends ObjectIntent {
  readonly method: "GET" | "HEAD";
  readonly disposition: "attachment" | "inline";
  readonly filename?: string | undefined;
}

export interface Download {
  readonly policy: string;
  readonly key: string;
  readonly method: "GET" | "HEAD";
  readonly url: string;
  readonly expiresInSeconds: number;
  readonly expiresAt: Date;
}

/** A ticket to read one object, as a file to be saved unless it is asked for inline and could not run. */
export async function createDownload(
  service: Service,
  caller: Caller,
  { method, disposition, filename, ...intent }: DownloadIntent,
  occasion: Occasion,
): Promise<Download> {
  const { policy, key } = findObject(service, caller, intent);
  if (!policy.isDownloadAllowed)
    throw new Problem("forbidden", `The policy "${policy.name}" gives nothing to read`);
  const store = await findHolder(service, policy, key, occasion);
  const isRisky = mayRun(policy.types, key.text);
  const now = new Date(service.now());
  const url = await service.signersOf(store).reader.presign({
    method,
    origin: store.origin ?? occasion.requestOrigin,
    path: store.basePath + key.encoded,
    query: {
      "response-content-disposition": contentDisposition(filename ?? key.text.split("/").at(-1), {
        type: isRisky ? "attachment" : disposition,
      }),
      ...(isRisky && { "response-content-type": "application/octet-stream" }),
    },
    headers: {},
    expiresInSeconds: policy.expiresInSeconds,
    now,
  });
  const expiresAt = new Date(now.getTime() + policy.expiresInSeconds * 1000);
  return {
    policy: policy.name,
    key: key.text,
    method,
    url,
    expiresInSeconds: policy.expiresInSeconds,
    expiresAt,
  };
}

/** Idempotent. Throws `forbidden`, `key-outside-prefix`, `store-unavailable`, `misconfigured`. */
export async function removeObject(
  service: Service,
  caller: Caller,
  intent: ObjectIntent,
  occasion: Occasion,
): Promise<void> {
  const { policy, key } = findObject(service, caller, intent);
  if (!policy.isDeleteAllowed)
    throw new Problem("forbidden", `The policy "${policy.name}" lets nobody delete`);
  const store = await findHolder(service, policy, key, occasion);
  const location = locationOf(store, key, occasion);
  const { reader, writer } = askingOf(service, store);
  const isGone = await orStoreUnavailable(
    async () => (await deleteObject(location, reader)) || deleteObject(location, writer),
  );
  if (!isGone)
    throw new Problem("misconfigured", `The keys of the store "${store.name}" may not delete`);
}

function findObject(
  service: Service,
  caller: Caller,
  intent: ObjectIntent,
): { readonly policy: Policy; readonly key: ObjectKey } {
  const policy = findPolicy(service.config, caller, intent.policy);
  return { policy, key: recognizeKey(policy, caller, intent.key) };
}

/** The one store of the policy; of several, the first that has the object, the caller's region first. */
async function findHolder(
  service: Service,
  policy: Policy,
  key: ObjectKey,
  occasion: Occasion,
): Promise<Store> {
  const nearest = findStore(policy, occasion.region);
  const stores = new Set([nearest, ...policy.stores.values()]);
  if (stores.size === 1) return nearest;
  for (const store of stores) {
    const { reader } = askingOf(service, store);
    // oxlint-disable-next-line no-await-in-loop -- the first one is nearly always it
    const found = await orStoreUnavailable(async () =>
      headObject(locationOf(store, key, occasion), reader),
    );
    if (found) return store;
  }
  return nearest;
}

function locationOf(store: Store, key: ObjectKey, { requestOrigin }: Occasion): Location {
  return {
    store,
    encodedKey: key.encoded,
    origin: store.origin === undefined ? requestOrigin : undefined,
  };
}
