/** What a store has of one upload, and what becomes of it then. */
import type { Store } from "../config/config.ts";
import type { UploadClaims } from "../grant/claims.ts";
import { encodeKey } from "../grant/key.ts";
import type { Outcome } from "../ledger/record.ts";
import type { Service } from "../service.ts";
import { StoreUnavailable, deleteObject, headObject, type Location } from "../store/s3.ts";
import { verify } from "./verify.ts";

/** What is asked of the service: the ledger has it too. */
export type Inspecting = Pick<Service, "stores" | "signersOf" | "now" | "fetch" | "log">;

/** Completed, rejected, or `undefined` where nothing has arrived. Throws `StoreUnavailable`. */
export async function inspect(
  service: Inspecting,
  claims: UploadClaims,
): Promise<Outcome | undefined> {
  const location = locate(service, claims);
  const found = await headObject(location, service.signersOf(location.store).reader, service);
  return found && verify(claims, found, location.store.provider);
}

/** Takes away what an ended upload left, if no other upload can have its key. Throws `StoreUnavailable`. */
export async function sweep(service: Inspecting, claims: UploadClaims): Promise<void> {
  if (!claims.unique) return;
  const location = locate(service, claims);
  const { reader, writer } = service.signersOf(location.store);
  const isGone =
    (await deleteObject(location, reader, service)) ||
    (await deleteObject(location, writer, service));
  if (!isGone) service.log("sweep-refused", { upload: claims.jti, store: claims.store });
}

export function bucketOf({ stores }: Inspecting, { store }: UploadClaims): string {
  return stores.get(store)?.bucket ?? "";
}

function locate({ stores }: Inspecting, { store: name, key, origin }: UploadClaims): Location {
  const store: Store | undefined = stores.get(name);
  if (!store) throw new StoreUnavailable(`There is no store ${name} in the configuration any more`);
  return { store, encodedKey: encodeKey(key), origin };
}
