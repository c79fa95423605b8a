/** What the probes put into a bucket, and have to take away again. */
import { deleteObject, headObject } from "../../src/store/object.ts";
import { abortMultipart } from "../../src/store/multipart.ts";
import type { Asking, Location } from "../../src/store/request.ts";

export interface Leftovers {
  /** An object that was put, or may have been. */
  readonly addObject: (location: Location) => void;
  /** An upload in parts that was begun. */
  readonly addUpload: (location: Location, uploadId: string) => void;
  readonly dropUpload: (uploadId: string) => void;
  /** Takes all of it away; what had to stay, by its key. */
  readonly tidy: () => Promise<readonly string[]>;
}

interface Pairs {
  readonly reader: Asking;
  readonly writer: Asking;
}

export function createLeftovers(pairs: Pairs): Leftovers {
  const objects = new Map<string, Location>();
  const uploads = new Map<string, Location>();
  return {
    addObject: (location) => objects.set(location.encodedKey, location),
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
  location: Location,
  uploadId: string,
  { writer }: Pairs,
): Promise<readonly string[]> {
  const isGone = await abortMultipart(location, uploadId, writer).then(
    () => true,
    () => false,
  );
  return isGone ? [] : [`${decodeURIComponent(location.encodedKey)} (an unfinished upload)`];
}

async function remove(location: Location, { reader, writer }: Pairs): Promise<readonly string[]> {
  const isGone =
    (await deleteObject(location, reader).catch(() => false)) ||
    (await deleteObject(location, writer).catch(() => false)) ||
    // A PUT that got no answer may not have arrived.
    (await headObject(location, reader).then(
      (found) => found === undefined,
      () => false,
    ));
  return isGone ? [] : [decodeURIComponent(location.encodedKey)];
}
