/** From what an id says to where its object is, and with whose keys it is asked for. */
import type { Policy, Store } from "../config/config.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { encodeKey } from "../key/make.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { StoreUnavailable, type Asking, type Location } from "../store/request.ts";

/** What is asked of the service: the ledger has it too. */
export type Locating = Pick<Service, "stores" | "signersOf" | "now" | "fetch" | "log">;

/** Throws `StoreUnavailable` where the store is in the configuration no more. */
export function locate({ stores }: Locating, { store: name, key, origin }: UploadClaims): Location {
  const store: Store | undefined = stores.get(name);
  if (!store) throw new StoreUnavailable(`There is no store ${name} in the configuration any more`);
  return { store, encodedKey: encodeKey(key), origin };
}

/** Where an object is to be found, for whoever may read it: its URL without a signature. */
export function addressOf({ store, encodedKey, origin }: Location): string {
  return (store.origin ?? origin ?? "") + store.basePath + encodedKey;
}

/** The keys that read, and those that write. */
export function askingOf(
  service: Locating,
  store: Store,
): { readonly reader: Asking; readonly writer: Asking } {
  const { reader, writer } = service.signersOf(store);
  const { now, fetch } = service;
  return { reader: { signer: reader, now, fetch }, writer: { signer: writer, now, fetch } };
}

/** The upload's policy. Throws `upload-not-found` where the configuration has it no more. */
export function policyOf(service: Service, { policy }: UploadClaims): Policy {
  const found = service.config.policies.get(policy);
  if (found) return found;
  throw new Problem("upload-not-found", `There is no policy "${policy}" any more`);
}

/** What comes of asking a store. Throws `store-unavailable` where it does not answer. */
export async function orStoreUnavailable<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof StoreUnavailable)) throw cause;
    throw new Problem(
      "store-unavailable",
      "Try again: the store did not answer, and nothing has changed",
      { cause },
    );
  }
}
