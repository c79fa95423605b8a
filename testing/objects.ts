/** Reads the buckets of the embedded store. */
import type { StoredObject } from "./messages.ts";

/** The bucket of a store: its name in the configuration, and the bucket as Workers bind it. */
export interface StoreBucket {
  readonly store: string;
  readonly bucket: Bucket;
}

/** The part of `R2Bucket` that is used. */
interface Bucket {
  readonly list: (options: object) => Promise<{
    readonly objects: readonly R2Object[];
    readonly truncated: boolean;
    readonly cursor?: string;
  }>;
  readonly get: (key: string) => Promise<{
    readonly arrayBuffer: () => Promise<ArrayBuffer>;
  } | null>;
}

interface R2Object {
  readonly key: string;
  readonly size: number;
  readonly httpMetadata?: { readonly contentType?: string };
  readonly customMetadata?: Readonly<Record<string, string>>;
}

/** Returns the objects of all stores, in the order of their keys. */
export async function listObjects(
  buckets: readonly StoreBucket[],
): Promise<readonly StoredObject[]> {
  const lists = await Promise.all(buckets.map(listBucket));
  return lists.flat().toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

async function listBucket({ store, bucket }: StoreBucket): Promise<readonly StoredObject[]> {
  const found: StoredObject[] = [];
  let cursor: string | undefined;
  do {
    const include = ["httpMetadata", "customMetadata"];
    // oxlint-disable-next-line no-await-in-loop -- each page names the next
    const page = await bucket.list({ include, ...(cursor !== undefined && { cursor }) });
    found.push(
      ...page.objects.map(({ key, size, httpMetadata, customMetadata }) => ({
        store,
        key,
        size,
        contentType: httpMetadata?.contentType,
        metadata: { ...customMetadata },
      })),
    );
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return found;
}

/** Returns the bytes of an object. */
export async function readObject(
  buckets: readonly StoreBucket[],
  { store, key }: { readonly store: string; readonly key: string },
): Promise<{ readonly base64: string }> {
  const object = await buckets.find((one) => one.store === store)?.bucket.get(key);
  if (!object) throw new Error(`Cannot read ${key}: the store ${store} has no such object`);
  return { base64: Buffer.from(await object.arrayBuffer()).toString("base64") };
}
