/** User metadata in `x-amz-meta-*` headers: ASCII as it is, other text encoded by RFC 2047. */
import { sha256Hex } from "../hash.ts";

export const METADATA_PREFIX = "x-amz-meta-";
/** The digest of no metadata. */
export const NO_METADATA = "none";

/** Visible ASCII and single inner spaces: every server and proxy passes these on unchanged. */
const PLAIN = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/;
const UNSAFE = /[\p{Cc}\p{Cs}]/u;
/** Keeps a byte order mark, which is a character like any other inside of a text. */
const DECODER = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
/** RFC 2047 section 2: an encoded word has at most 75 characters, 63 of them base64. */
const MAX_WORD_BYTES = 45;

/** Returns what to change in a value, or `undefined` for a valid one. */
export function metadataError(value: string): string | undefined {
  if (value === "") return "must not be empty";
  if (UNSAFE.test(value)) return "must not contain control characters";
  return undefined;
}

/** Returns the value as it stands in a header. */
export function encodeMetadata(value: string): string {
  return PLAIN.test(value) && !value.includes("=?") ? value : encodeWords(value);
}

/** Encodes base64 words of whole characters. Readers drop the spaces between them (RFC 2047). */
function encodeWords(value: string): string {
  const encoder = new TextEncoder();
  const words: Uint8Array[] = [];
  let word: number[] = [];
  for (const character of value) {
    const bytes = encoder.encode(character);
    if (word.length + bytes.length > MAX_WORD_BYTES) {
      words.push(Uint8Array.from(word));
      word = [];
    }
    word.push(...bytes);
  }
  words.push(Uint8Array.from(word));
  return words.map((bytes) => `=?UTF-8?B?${btoa(String.fromCharCode(...bytes))}?=`).join(" ");
}

/** Reverses `encodeMetadata`. Returns the header unchanged where it is not encoded. */
function decodeMetadata(header: string): string {
  const words = header
    .split(" ")
    .map((word) => /^=\?UTF-8\?B\?([A-Za-z0-9+/]+={0,2})\?=$/i.exec(word)?.[1]);
  if (!words.every((word) => word !== undefined && word.length % 4 === 0)) return header;
  return words
    .map((word = "") => Uint8Array.from(atob(word), (character) => character.charCodeAt(0)))
    .map((bytes) => DECODER.decode(bytes))
    .join("");
}

/** Returns the decoded values by their names without `x-amz-meta-`. */
export function decodeAll(
  metadata: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, decodeMetadata(value)]),
  );
}

/** Returns the SHA-256 of decoded metadata in hexadecimal digits, whatever the order of its names. */
export function digestMetadata(metadata: Readonly<Record<string, string>>): string {
  const names = Object.keys(metadata).toSorted();
  if (names.length === 0) return NO_METADATA;
  return sha256Hex(JSON.stringify(names.map((name) => [name, metadata[name]])));
}
