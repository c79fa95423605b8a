/**
 * Packs an upload's claims into bytes, and reads them again: docs/storage.md, "The id". Fields are only
 * ever added at the end, each with a flag of its own; a reader refuses flags that it does not know.
 */
import { CHECKSUM_ALGORITHMS, type Checksum } from "../store/checksum.ts";
import { ByteReader, type ByteWriter } from "./bytes.ts";
import { NO_METADATA } from "./metadata.ts";
import type { Owner } from "./owner.ts";
import type { UploadClaims } from "./upload-claims.ts";

const FLAGS = {
  unique: 1,
  size: 2,
  multipart: 4,
  uploadId: 8,
  checksum: 16,
  metadata: 32,
  noMetadata: 64,
  origin: 128,
  pending: 256,
} as const;
/** Free for later fields: 512 and up. */
const KNOWN_FLAGS = 511;
const OWNER_DIGITS = 32;
const DIGEST_DIGITS = 64;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Writes the claims of an upload of this owner. Throws a `TypeError` for a name that is not a UUID. */
export function packClaims(claims: UploadClaims, { digest }: Owner, writer: ByteWriter): void {
  const { jti, size, partSize, uploadId, checksum, metadata, origin, pendingKey } = claims;
  if (!UUID.test(jti)) throw new TypeError("Cannot seal the id: the upload's name is no UUID");
  const hasMetadata = metadata !== undefined && metadata !== NO_METADATA;
  writer.number(
    (claims.unique ? FLAGS.unique : 0) |
      (size === undefined ? 0 : FLAGS.size) |
      (partSize === undefined ? 0 : FLAGS.multipart) |
      (uploadId === undefined ? 0 : FLAGS.uploadId) |
      (checksum ? FLAGS.checksum : 0) |
      (hasMetadata ? FLAGS.metadata : 0) |
      (metadata === NO_METADATA ? FLAGS.noMetadata : 0) |
      (origin === undefined ? 0 : FLAGS.origin) |
      (pendingKey === undefined ? 0 : FLAGS.pending),
  );
  writer.hex(digest.slice(0, OWNER_DIGITS));
  writer.hex(jti.replaceAll("-", ""));
  writer.number(claims.iat);
  writer.number(claims.exp - claims.iat);
  writer.text(claims.policy);
  writer.text(claims.store);
  writer.text(claims.key);
  writer.text(claims.type);
  if (size === undefined) {
    writer.number(claims.minBytes);
    writer.number(claims.maxBytes);
  } else writer.number(size);
  if (partSize !== undefined) writer.number(partSize);
  if (uploadId !== undefined) writer.text(uploadId);
  if (checksum) {
    writer.number(CHECKSUM_ALGORITHMS.indexOf(checksum.algorithm));
    writer.text(checksum.value);
  }
  if (hasMetadata) writer.hex(metadata);
  if (origin !== undefined) writer.text(origin);
  if (pendingKey !== undefined) writer.text(pendingPrefix(pendingKey, claims.key));
}

/** The key itself stands in the claims already. */
function pendingPrefix(pendingKey: string, key: string): string {
  if (pendingKey.endsWith(key)) return pendingKey.slice(0, pendingKey.length - key.length);
  throw new TypeError("Cannot seal the id: the pending key does not end with the key");
}

/** What was packed: the claims without their user, of whom only a part of the digest is there. */
export interface PackedClaims {
  readonly ownerDigits: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Returns whether the claims are of this user. */
export function isPackedFor({ ownerDigits }: PackedClaims, { digest }: Owner): boolean {
  return digest.slice(0, OWNER_DIGITS) === ownerDigits;
}

/** Returns the claims as they were packed. Throws for anything that was not packed. */
export function unpackClaims(bytes: Uint8Array): PackedClaims {
  const reader = new ByteReader(bytes);
  const flags = reader.number();
  if (flags > KNOWN_FLAGS) throw new TypeError("Cannot read the claims: a flag is unknown");
  const has = (flag: keyof typeof FLAGS): boolean => (flags & FLAGS[flag]) !== 0;
  const ownerDigits = reader.hex(OWNER_DIGITS);
  const jti = reader.hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const iat = reader.number();
  const exp = iat + reader.number();
  const policy = reader.text();
  const store = reader.text();
  const key = reader.text();
  const claims = {
    jti,
    iat,
    exp,
    policy,
    store,
    key,
    type: reader.text(),
    unique: has("unique"),
    ...(has("size")
      ? { size: reader.number() }
      : { minBytes: reader.number(), maxBytes: reader.number() }),
    ...(has("multipart") && { partSize: reader.number() }),
    ...(has("uploadId") && { uploadId: reader.text() }),
    ...(has("checksum") && { checksum: readChecksum(reader) }),
    ...(has("metadata") && { metadata: reader.hex(DIGEST_DIGITS) }),
    ...(has("noMetadata") && { metadata: NO_METADATA }),
    ...(has("origin") && { origin: reader.text() }),
    ...(has("pending") && { pendingKey: reader.text() + key }),
  };
  reader.end();
  return { ownerDigits, claims };
}

function readChecksum(reader: ByteReader): Checksum {
  const algorithm = CHECKSUM_ALGORITHMS[reader.number()];
  if (!algorithm) throw new TypeError("Cannot read the claims: the algorithm is unknown");
  return { algorithm, value: reader.text() };
}
