/** Records what the probes store in a bucket, and deletes it at the end. */
import { deleteObject, headObject } from "../../src/store/object.ts";
import { abortMultipart } from "../../src/store/multipart.ts";
import type { StoreAccess } from "../../src/store/request.ts";
import type { ObjectLocation } from "../../src/store/store.ts";

export interface Cleanup {
  /** Records an object that was stored, or may have been. */
  readonly addObject: (location: ObjectLocation) => void;
  /** Records a multipart upload that was created. */
  readonly addUpload: (location: ObjectLocation, uploadId: string) => void;
  readonly removeUpload: (uploadId: string) => void;
  /** Deletes everything, and returns the keys of what could not be deleted. */
  readonly run: () => Promise<readonly string[]>;
}

interface Pairs {
  readonly reader: StoreAccess;
  readonly writer: StoreAccess;
}

/** Returns an empty record. */
export function createCleanup(pairs: Pairs): Cleanup {
  const objects = new Map<string, ObjectLocation>();
  const uploads = new Map<string, ObjectLocation>();
  return {
    addObject: (location) => objects.set(location.key, location),
    addUpload: (location, uploadId) => uploads.set(uploadId, location),
    removeUpload: (uploadId) => uploads.delete(uploadId),
    async run() {
      const kept = await Promise.all([
        ...[...uploads].map(async ([uploadId, location]) =>
          abortLeftover(location, uploadId, pairs),
        ),
        ...[...objects.values()].map(async (location) => deleteLeftover(location, pairs)),
      ]);
      return kept.flat();
    },
  };
}

async function abortLeftover(
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

async function deleteLeftover(
  location: ObjectLocation,
  { reader, writer }: Pairs,
): Promise<readonly string[]> {
  const isGone =
    (await deleteObject(location, reader).catch(() => false)) ||
    (await deleteObject(location, writer).catch(() => false)) ||
    // A PUT without an answer may not have stored anything.
    (await headObject(location, reader).then(
      (found) => found === undefined,
      () => false,
    ));
  return isGone ? [] : [decodeURIComponent(location.key)];
}
