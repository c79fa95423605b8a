/** Lists what a store has under a prefix (AWS: ListObjectsV2). */
import { encodeKey } from "./encode-key.ts";
import { StoreUnavailable, sendToStore, unexpectedResponse, type StoreAccess } from "./request.ts";
import type { Store } from "./store.ts";
import { isDocument, readBlocks, readField, readNumber } from "./xml.ts";

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  /** Without quotes; `undefined` where the store does not say it. */
  readonly etag: string | undefined;
}

export interface ListPlace {
  readonly store: Store;
  readonly prefix: string;
  /** The origin of the Worker, for the embedded store. */
  readonly requestOrigin: string | undefined;
}

interface ObjectPage {
  readonly objects: readonly ListedObject[];
  /** Where the next page starts; `undefined` on the last page. */
  readonly next: string | undefined;
}

/** As many objects as a ledger counts: 1000 in a page. */
const MAX_PAGES = 1000;

/** Returns one page, of at most `maxKeys`. Throws `StoreUnavailable`, also for a key that may not list. */
export async function listPage(
  { store, prefix, requestOrigin }: ListPlace,
  { after, maxKeys }: { readonly after?: string | undefined; readonly maxKeys?: number },
  access: StoreAccess,
): Promise<ObjectPage> {
  const location = { store, key: encodeKey(""), requestOrigin };
  const query = {
    "list-type": "2",
    prefix,
    ...(maxKeys !== undefined && { "max-keys": String(maxKeys) }),
    ...(after !== undefined && { "continuation-token": after }),
  };
  const response = await sendToStore(location, { method: "GET", query }, access);
  if (response.status !== 200 || !isDocument(response.text, "ListBucketResult"))
    throw unexpectedResponse("ListObjectsV2", response);
  const objects = readBlocks(response.text, "Contents").map(readObject);
  if (readField(response.text, "IsTruncated") !== "true") return { objects, next: undefined };
  const next = readField(response.text, "NextContinuationToken");
  if (next !== undefined) return { objects, next };
  throw new StoreUnavailable("ListObjectsV2 returned no token for the next page");
}

/** Yields each object. Throws `StoreUnavailable`, also for a key that may not list. */
export async function* listObjects(
  place: ListPlace,
  access: StoreAccess,
): AsyncGenerator<ListedObject> {
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each page starts where the last one ended
    const { objects, next } = await listPage(place, { after }, access);
    yield* objects;
    if (next === undefined) return;
    after = next;
  }
  throw new StoreUnavailable("ListObjectsV2 returned too many pages");
}

function readObject(block: string): ListedObject {
  const key = readField(block, "Key");
  const size = readNumber(block, "Size");
  if (key === undefined || size === undefined)
    throw new StoreUnavailable("ListObjectsV2 returned an object without a key or a size");
  return { key, size, etag: readField(block, "ETag")?.replaceAll('"', "") };
}
