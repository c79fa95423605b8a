/**
 * Packs an upload's claims into bytes, and reads them again: docs/storage.md, "The id". Fields are only
 * ever added at the end, each with a flag of its own; a reader refuses flags that it does not know.
 */
import { CHECKSUM_ALGORITHMS, type Checksum } from "../store/checksum.ts";
import { ownerDigest, type Owner } from "./owner.ts";
import { NO_METADATA } from "./metadata.ts";
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
} as const;
/** Kept for later fields: a team whose quota it is, and a second key. */
const KNOWN_FLAGS = 255;
const OWNER_DIGITS = 32;
const DIGEST_DIGITS = 64;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Returns the claims as bytes. Throws a `TypeError` for a name that is not a UUID. */
export function packClaims(claims: UploadClaims): Uint8Array {
  const { jti, size, partSize, uploadId, checksum, metadata, origin } = claims;
  if (!UUID.test(jti)) throw new TypeError("Cannot seal the id: the upload's name is no UUID");
  const bytes: number[] = [];
  const flags =
    (claims.unique ? FLAGS.unique : 0) |
    (size === undefined ? 0 : FLAGS.size) |
    (partSize === undefined ? 0 : FLAGS.multipart) |
    (uploadId === undefined ? 0 : FLAGS.uploadId) |
    (checksum ? FLAGS.checksum : 0) |
    (metadata === undefined || metadata === NO_METADATA ? 0 : FLAGS.metadata) |
    (metadata === NO_METADATA ? FLAGS.noMetadata : 0) |
    (origin === undefined ? 0 : FLAGS.origin);
  writeNumber(bytes, flags);
  writeHex(bytes, ownerDigest({ issuer: claims.iss, user: claims.sub }).slice(0, OWNER_DIGITS));
  writeHex(bytes, jti.replaceAll("-", ""));
  writeNumber(bytes, claims.iat);
  writeNumber(bytes, claims.exp - claims.iat);
  for (const text of [claims.policy, claims.store, claims.key, claims.type]) writeText(bytes, text);
  if (size === undefined) {
    writeNumber(bytes, claims.minBytes);
    writeNumber(bytes, claims.maxBytes);
  } else writeNumber(bytes, size);
  if (partSize !== undefined) writeNumber(bytes, partSize);
  if (uploadId !== undefined) writeText(bytes, uploadId);
  if (checksum) {
    writeNumber(bytes, CHECKSUM_ALGORITHMS.indexOf(checksum.algorithm));
    writeText(bytes, checksum.value);
  }
  if (flags & FLAGS.metadata) writeHex(bytes, metadata ?? "");
  if (origin !== undefined) writeText(bytes, origin);
  return Uint8Array.from(bytes);
}

/** Returns the claims as they were packed, or `undefined` for another owner's. Throws for anything that was not packed. */
export function unpackClaims(
  bytes: Uint8Array,
  owner: Owner,
): Readonly<Record<string, unknown>> | undefined {
  const reader = new Reader(bytes);
  const flags = reader.number();
  if (flags > KNOWN_FLAGS) throw new TypeError("Cannot read the claims: a flag is unknown");
  const has = (flag: keyof typeof FLAGS): boolean => (flags & FLAGS[flag]) !== 0;
  if (reader.hex(OWNER_DIGITS) !== ownerDigest(owner).slice(0, OWNER_DIGITS)) return undefined;
  const jti = reader.hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const iat = reader.number();
  const claims = {
    iss: owner.issuer,
    sub: owner.user,
    jti,
    iat,
    exp: iat + reader.number(),
    policy: reader.text(),
    store: reader.text(),
    key: reader.text(),
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
  };
  reader.end();
  return claims;
}

function readChecksum(reader: Reader): Checksum {
  const algorithm = CHECKSUM_ALGORITHMS[reader.number()];
  if (!algorithm) throw new TypeError("Cannot read the claims: the algorithm is unknown");
  return { algorithm, value: reader.text() };
}

/** Writes seven bits a byte, the low ones first; the high bit says that more follow (LEB128). */
function writeNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function writeText(bytes: number[], text: string): void {
  const encoded = new TextEncoder().encode(text);
  writeNumber(bytes, encoded.length);
  for (const byte of encoded) bytes.push(byte);
}

function writeHex(bytes: number[], digits: string): void {
  for (let index = 0; index < digits.length; index += 2)
    bytes.push(Number.parseInt(digits.slice(index, index + 2), 16));
}

/** Reads what was written, in the same order. Throws where nothing is left. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const [byte = 0] = this.#take(1);
      value += (byte & 127) * unit;
      if (byte < 128) return value;
      if (unit > Number.MAX_SAFE_INTEGER)
        throw new TypeError("Cannot read a number: it is too long");
    }
  }

  text(): string {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      this.#take(this.number()),
    );
  }

  hex(digits: number): string {
    return [...this.#take(digits / 2)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  end(): void {
    if (this.#at !== this.#bytes.length)
      throw new TypeError("Cannot read the claims: bytes are left");
  }

  #take(length: number): Uint8Array {
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    if (taken.length !== length) throw new TypeError("Cannot read the claims: bytes are missing");
    this.#at += length;
    return taken;
  }
}
