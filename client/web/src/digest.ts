/** Digests of files: by WebCrypto, and in pieces by a library, loaded when it is needed, where a file is large. */
import { readFile } from "./read-file.ts";

export type Algorithm = "sha256" | "md5";

/** WebCrypto takes all of it at once: what a phone can hold in memory. */
const LARGEST_AT_ONCE_BYTES = 64 * 2 ** 20;
const PIECE_BYTES = 4 * 2 ** 20;

/** Rejects with `file-unreadable`, or the signal's reason. */
export async function digest(
  algorithm: Algorithm,
  blob: Blob,
  signal: AbortSignal,
): Promise<Uint8Array> {
  // A page that is not served over HTTPS has no WebCrypto.
  const canHash = algorithm === "sha256" && "subtle" in crypto;
  if (canHash && blob.size <= LARGEST_AT_ONCE_BYTES) {
    const bytes = await readFile(blob);
    signal.throwIfAborted();
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  }
  const hash = await createHash(algorithm);
  for (let offset = 0; offset < blob.size; offset += PIECE_BYTES) {
    // oxlint-disable-next-line no-await-in-loop -- pieces go in in their order
    hash.update(new Uint8Array(await readFile(blob.slice(offset, offset + PIECE_BYTES))));
    signal.throwIfAborted();
  }
  return hash.digest();
}

/** SHA-256 of one part, in base64. */
export async function digestPart(part: Blob, signal: AbortSignal): Promise<string> {
  return toBase64(await digest("sha256", part, signal));
}

/** The digests of the parts that a file is cut into. */
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

/** The SHA-256 of the parts' digests, and how many there are: docs/resumable.md, "Checksums". */
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
