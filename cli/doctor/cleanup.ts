/** What the probes put into a bucket, and have to take away again. */
import { deleteObject, headObject } from "../../src/store/object.ts";
import { abortMultipart } from "../../src/store/multipart.ts";
import type { StoreAccess } from "../../src/store/request.ts";
import type { ObjectLocation } from "../../src/store/store.ts";

export interface Leftovers {
  /** An object that was put, or may have been. */
  readonly addObject: (location: ObjectLocation) => void;
  /** An upload in parts that was begun. */
  readonly addUpload: (location: ObjectLocation, uploadId: string) => void;
  readonly dropUpload: (uploadId: string) => void;
  /** Takes all of it away; what had to stay, by its key. */
  readonly tidy: () => Promise<readonly string[]>;
}

interface Pairs {
  readonly reader: StoreAccess;
  readonly writer: StoreAccess;
}

export function createLeftovers(pairs: Pairs): Leftovers {
  const objects = new Map<string, ObjectLocation>();
  const uploads = new Map<string, ObjectLocation>();
  return {
    addObject: (location) => objects.set(location.key, location),
    addUpload: (location, uploadId) => uploads.set(uploadId, location),
    dropUpload: (uploadId) => uploads.delete(uploadId),
    async tidy() {
      const kept = await Promise.all([
        ...[...uploads].map(async ([uploadId, location]) => abort(location, uploadId, pairs)),
        ...[...objects.values()].map(async (location) => remove(location, pairs)),
      ]);
      return kept.flat();
    },
  };
}

async function abort(
  location: ObjectLocation,
  uploadId: string,
  { writer }: Pairs,
): Promise<readonly string[]> {
  const isGone = await abortMultipart(location, uploadId, writer).then(
    () => true,
    () => false,
  );
  return isGone ? [] : [`${decodeURIComponent(location.key)} (an unfinished upload)`];
}

async function remove(
  location: ObjectLocation,
  { reader, writer }: Pairs,
): Promise<readonly string[]> {
  const isGone =
    (await deleteObject(location, reader).catch(() => false)) ||
    (await deleteObject(location, writer).catch(() => false)) ||
    // A PUT that got no answer may not have arrived.
    (await headObject(location, reader).then(
      (found) => found === undefined,
      () => false,
    ));
  return isGone ? [] : [decodeURIComponent(location.key)];
}
