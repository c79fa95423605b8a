/** Digests of files. WebCrypto does small ones; large ones need a library, which is then loaded. */
import { readFile } from "./read-file.ts";

export type Algorithm = "sha256" | "md5";

/** WebCrypto needs the whole file in memory, which a phone may not have. */
const MAX_WEBCRYPTO_BYTES = 64 * 2 ** 20;
const CHUNK_BYTES = 4 * 2 ** 20;

/** Returns the digest. Rejects with `file-unreadable`, or with the signal's reason. */
export async function digest(
  algorithm: Algorithm,
  blob: Blob,
  signal: AbortSignal,
): Promise<Uint8Array> {
  // Pages that are not served over HTTPS have no WebCrypto.
  const hasWebCrypto = algorithm === "sha256" && "subtle" in crypto;
  if (hasWebCrypto && blob.size <= MAX_WEBCRYPTO_BYTES) {
    const bytes = await readFile(blob);
    signal.throwIfAborted();
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  }
  const hash = await createHash(algorithm);
  for (let offset = 0; offset < blob.size; offset += CHUNK_BYTES) {
    // oxlint-disable-next-line no-await-in-loop -- chunks are hashed in order
    hash.update(new Uint8Array(await readFile(blob.slice(offset, offset + CHUNK_BYTES))));
    signal.throwIfAborted();
  }
  return hash.digest();
}

/** Returns the SHA-256 of one part, in base64. */
export async function digestPart(part: Blob, signal: AbortSignal): Promise<string> {
  return toBase64(await digest("sha256", part, signal));
}

/** Returns the SHA-256 of each part of a file. */
export async function digestParts(
  file: Blob,
  partSize: number,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const digests: Uint8Array[] = [];
  for (let offset = 0; offset < file.size; offset += partSize) {
    // oxlint-disable-next-line no-await-in-loop -- one part in memory at a time
    digests.push(await digest("sha256", file.slice(offset, offset + partSize), signal));
  }
  return digests;
}

/** Returns the SHA-256 of the parts' digests, and their number: docs/resumable.md, "Checksums". */
export async function composeDigests(
  digests: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<string> {
  const joined = new Blob(digests.map((one) => new Uint8Array(one)));
  return `${toBase64(await digest("sha256", joined, signal))}-${digests.length}`;
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCodePoint(...bytes));
}

async function createHash(algorithm: Algorithm): Promise<Hash> {
  if (algorithm === "md5") return (await import("@noble/hashes/legacy.js")).md5.create();
  return (await import("@noble/hashes/sha2.js")).sha256.create();
}

interface Hash {
  update: (bytes: Uint8Array) => unknown;
  digest: () => Uint8Array;
}
