/** Lists what a store has under a prefix (AWS: ListObjectsV2). */
import { encodeKey } from "../../src/store/encode-key.ts";
import {
  StoreUnavailable,
  sendToStore,
  unexpectedResponse,
  type StoreAccess,
} from "../../src/store/request.ts";
import type { Store } from "../../src/store/store.ts";
import { isDocument, readBlocks, readField, readNumber } from "../../src/store/xml.ts";

export interface ListedObject {
  readonly key: string;
  readonly size: number;
}

interface Place {
  readonly store: Store;
  readonly prefix: string;
  /** The origin of the Worker, for the embedded store. */
  readonly requestOrigin: string;
}

/** As many objects as a ledger counts: 1000 in a page. */
const MAX_PAGES = 1000;

/** Yields each object. Throws `StoreUnavailable`, also for a key that may not list. */
export async function* listObjects(
  { store, prefix, requestOrigin }: Place,
  access: StoreAccess,
): AsyncGenerator<ListedObject> {
  const location = { store, key: encodeKey(""), requestOrigin };
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = {
      "list-type": "2",
      prefix,
      ...(token !== undefined && { "continuation-token": token }),
    };
    // oxlint-disable-next-line no-await-in-loop -- each page starts where the last one ended
    const response = await sendToStore(location, { method: "GET", query }, access);
    if (response.status !== 200 || !isDocument(response.text, "ListBucketResult"))
      throw unexpectedResponse("ListObjectsV2", response);
    for (const block of readBlocks(response.text, "Contents")) yield readObject(block);
    token = readField(response.text, "NextContinuationToken");
    if (readField(response.text, "IsTruncated") !== "true") return;
    if (token === undefined) break;
  }
  throw new StoreUnavailable("ListObjectsV2 returned too many pages");
}

function readObject(block: string): ListedObject {
  const key = readField(block, "Key");
  const size = readNumber(block, "Size");
  if (key === undefined || size === undefined)
    throw new StoreUnavailable("ListObjectsV2 returned an object without a key or a size");
  return { key, size };
}
