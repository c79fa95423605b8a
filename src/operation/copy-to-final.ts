/** Copies what was checked under quarantine to its final key, and makes sure that the copy is of that. */
import type { Policy } from "../config/config.ts";
import { encodeMetadata, decodeAll, METADATA_PREFIX } from "../grant/metadata.ts";
import { copyObject } from "../store/copy.ts";
import { headObject, type StoredObject } from "../store/object.ts";
import { StoreUnavailable } from "../store/request.ts";
import { removeFinal } from "./cleanup.ts";
import { finalLocation, type LocatedUpload } from "./locate.ts";

/** Returns the copy. Throws `StoreUnavailable`, also where the store has copied another object. */
export async function copyToFinal(
  upload: LocatedUpload,
  pending: StoredObject,
  policy: Policy | undefined,
): Promise<StoredObject> {
  await copy(upload, pending, policy);
  return compareCopy(upload, pending);
}

/** Type, metadata and all that the policy sets are stated anew: the ticket may have let others through. */
async function copy(
  upload: LocatedUpload,
  pending: StoredObject,
  policy: Policy | undefined,
): Promise<void> {
  const { claims, location, reader } = upload;
  const metadata = Object.entries(decodeAll(pending.metadata)).map(
    ([name, value]) => [METADATA_PREFIX + name, encodeMetadata(value)] as const,
  );
  await copyObject(
    {
      from: location,
      to: finalLocation(upload),
      etag: pending.etag,
      size: pending.size,
      headers: {
        "content-type": claims.type,
        ...Object.fromEntries(metadata),
        ...policy?.fixedHeaders,
      },
      isMultipart: claims.uploadId !== undefined,
    },
    reader,
  );
}

/** Returns the copy. Removes one of another object, which a store can make that ignores the condition, and throws `StoreUnavailable`. */
async function compareCopy(upload: LocatedUpload, pending: StoredObject): Promise<StoredObject> {
  const { location, reader } = upload;
  const final = await headObject(finalLocation(upload), reader);
  if (final && isCopyOf(final, pending, upload)) return final;
  await removeFinal(upload);
  throw new StoreUnavailable(
    final ? "The copy is of another object" : `The copy is not in ${location.store.name}`,
  );
}

/**
 * The ETag of a copy may differ where it is not the MD5 of the content. Then the condition has to be trusted; so it
 * is where the source was a multipart upload, which no ticket can replace.
 */
function isCopyOf(
  final: StoredObject,
  pending: StoredObject,
  { claims, location }: LocatedUpload,
): boolean {
  if (final.size !== pending.size) return false;
  if (final.etag === pending.etag) return true;
  if (final.isEtagMd5 && pending.isEtagMd5) return false;
  return location.store.provider.copies?.trust === "enforced" || claims.uploadId !== undefined;
}
