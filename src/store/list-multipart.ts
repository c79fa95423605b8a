/** Lists the multipart uploads that are open in a bucket (AWS: ListMultipartUploads). */
import { encodeKey } from "./encode-key.ts";
import { StoreUnavailable, sendToStore, unexpectedResponse, type StoreAccess } from "./request.ts";
import type { Store } from "./store.ts";
import { isDocument, readBlocks, readField } from "./xml.ts";

interface ListedUpload {
  readonly key: string;
  readonly uploadId: string;
  /** When it was created; `NaN` where the store does not say. */
  readonly createdAtMs: number;
}

export interface ListedUploads {
  readonly uploads: readonly ListedUpload[];
  /** Whether there are no others. */
  readonly isComplete: boolean;
}

interface Place {
  readonly store: Store;
  readonly prefix: string;
  /** For the embedded store. */
  readonly requestOrigin: string | undefined;
}

/** A page of the longest keys and ids has about a megabyte, the most that is read. */
const PAGE = 300;
const MAX_PAGES = 30;

/**
 * Returns the first 9,000 by key; `undefined` where the store cannot list them, or these credentials may not.
 * Throws `StoreUnavailable`.
 */
export async function listMultipartUploads(
  { store, prefix, requestOrigin }: Place,
  access: StoreAccess,
): Promise<ListedUploads | undefined> {
  const location = { store, key: encodeKey(""), requestOrigin };
  const uploads: ListedUpload[] = [];
  let markers: Readonly<Record<string, string>> = {};
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = { uploads: "", prefix, "max-uploads": String(PAGE), ...markers };
    // oxlint-disable-next-line no-await-in-loop -- each page starts where the last one ended
    const response = await sendToStore(location, { method: "GET", query }, access);
    if ([401, 403, 501].includes(response.status)) return undefined;
    if (response.status !== 200 || !isDocument(response.text, "ListMultipartUploadsResult"))
      throw unexpectedResponse("ListMultipartUploads", response);
    uploads.push(...readBlocks(response.text, "Upload").map(readUpload));
    if (readField(response.text, "IsTruncated") !== "true") return { uploads, isComplete: true };
    const key = readField(response.text, "NextKeyMarker");
    const id = readField(response.text, "NextUploadIdMarker");
    if (key === undefined)
      throw new StoreUnavailable("ListMultipartUploads did not say where the next page starts");
    markers = { "key-marker": key, ...(id !== undefined && { "upload-id-marker": id }) };
  }
  return { uploads, isComplete: false };
}

function readUpload(block: string): ListedUpload {
  const key = readField(block, "Key");
  const uploadId = readField(block, "UploadId");
  if (key === undefined || uploadId === undefined)
    throw new StoreUnavailable("ListMultipartUploads returned an upload without a key or an id");
  return { key, uploadId, createdAtMs: Date.parse(readField(block, "Initiated") ?? "") };
}
