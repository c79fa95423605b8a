/** Compares the object in the store with what was granted. */
import type { UploadClaims } from "../grant/upload-claims.ts";
import { decodeAll, digestMetadata } from "../grant/metadata.ts";
import type { Outcome } from "../ledger/record.ts";
import { Problem } from "../problem.ts";
import type { Checksum } from "../store/checksum.ts";
import { headObject, type StoredObject } from "../store/object.ts";
import type { Provider } from "../store/provider.ts";
import type { LocatedUpload } from "./locate.ts";

/** Asks the store with HEAD. Returns `undefined` where no object has arrived. Throws `StoreUnavailable`. */
export async function verifyUpload({
  claims,
  location,
  reader,
}: LocatedUpload): Promise<Outcome | undefined> {
  const object = await headObject(location, reader);
  return object && compareObject(claims, object, location.store.provider);
}

/** Returns `completed` with the verified values, or `rejected` with every difference. */
export function compareObject(
  claims: UploadClaims,
  object: StoredObject,
  provider: Provider,
): Extract<Outcome, { status: "completed" | "rejected" }> {
  const stored = storedChecksum(claims.checksum, object);
  const metadata = decodeAll(object.metadata);
  const reasons = [
    ...sizeErrors(claims, object.size),
    ...(object.contentType === claims.type
      ? []
      : [`contentType: the store has ${object.contentType}, ${claims.type} was granted`]),
    ...(stored === undefined || stored === claims.checksum?.value
      ? []
      : ["checksum: the store has another checksum than the granted one"]),
    ...metadataErrors(claims, metadata),
  ];
  if (reasons.length > 0) return { status: "rejected", reasons };
  const { checksum } = claims;
  // A SHA-256 of the parts' digests: the store checked each part, but not the whole unless it returns it.
  const isComposite = claims.uploadId !== undefined && checksum?.algorithm === "sha256";
  const trust = checksum && provider.checksums[checksum.algorithm];
  const isChecked = stored !== undefined || (trust === "enforced" && !isComposite);
  return {
    status: "completed",
    verified: {
      size: object.size,
      contentType: object.contentType,
      etag: object.etag,
      ...(isChecked && checksum && { checksum }),
      // Claims of the first release do not say what was granted, so that nothing is vouched for.
      metadata: claims.metadata === undefined ? {} : metadata,
    },
  };
}

/** Throws for another ETag than the store's. The object stays: the ETag of a client proves nothing against it. */
export function requireEtag(outcome: Outcome, etag: string | undefined): void {
  if (outcome.status !== "completed" || etag === undefined) return;
  if (etag.replaceAll('"', "") === outcome.verified.etag) return;
  const detail = "The store has an object with another ETag than yours";
  throw new Problem("verification-failed", detail, { extras: { upload: "pending" } });
}

function sizeErrors(claims: UploadClaims, actual: number): readonly string[] {
  if (claims.size !== undefined) {
    return actual === claims.size
      ? []
      : [`size: the store has ${actual} bytes, ${claims.size} were granted`];
  }
  const { minBytes, maxBytes } = claims;
  if (actual >= minBytes && actual <= maxBytes) return [];
  return [`size: the store has ${actual} bytes, ${minBytes} to ${maxBytes} were granted`];
}

/** The claims have a digest alone: the reason names what the store has. */
function metadataErrors(
  claims: UploadClaims,
  metadata: Readonly<Record<string, string>>,
): readonly string[] {
  if (claims.metadata === undefined || claims.metadata === digestMetadata(metadata)) return [];
  const names = Object.keys(metadata).toSorted().join(", ") || "none";
  return [`metadata: the store has other metadata than was granted: ${names}`];
}

/** Returns the object's checksum in the granted algorithm, where the store returns one. */
function storedChecksum(granted: Checksum | undefined, object: StoredObject): string | undefined {
  if (!granted) return undefined;
  if (granted.algorithm !== "md5") return object.checksums[granted.algorithm];
  if (!object.isEtagMd5) return undefined;
  const bytes = object.etag.match(/../g)?.map((hex) => Number.parseInt(hex, 16)) ?? [];
  return btoa(String.fromCharCode(...bytes));
}
