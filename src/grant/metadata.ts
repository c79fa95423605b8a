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
/** Encoded words, with the spaces between them: base64 of whole groups, or hexadecimal digits after "=". */
const WORD =
  "=\\?UTF-8\\?(?:B\\?(?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}==|[a-z0-9+/]{3}=)?|Q\\?(?:=[0-9a-f]{2}|[!-<>@-~])*)\\?=";
const WORDS = new RegExp(`${WORD}(?: +${WORD})*`, "gi");

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

/**
 * Reads encoded words of UTF-8, also those that the store made: AWS S3 and R2 decode a value, and encode
 * it again in their own way. Returns the header unchanged where it has none.
 */
function decodeMetadata(header: string): string {
  return header.replaceAll(WORDS, (words) => {
    const binary = words.split(/ +/).map(decodeWord).join("");
    return DECODER.decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  });
}

/** Returns a character for each byte. */
function decodeWord(word: string): string {
  const [, , kind, text = ""] = word.split("?");
  if (kind?.toUpperCase() === "B") return atob(text);
  return text
    .replaceAll("_", " ")
    .replaceAll(/=(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Returns the decoded values by their names without `x-amz-meta-`. */
export function decodeAll(
  metadata: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, decodeMetadata(value)]),
  );
}

/**
 * Returns the SHA-256 of decoded metadata in hexadecimal digits, whatever the order of its names. A
 * store that has decoded a value returns it without the spaces around it, and ASCII as it is.
 */
export function digestMetadata(metadata: Readonly<Record<string, string>>): string {
  if (Object.keys(metadata).length === 0) return NO_METADATA;
  const pairs = Object.entries(decodeAll(metadata)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sha256Hex(JSON.stringify(pairs.map(([name, value]) => [name, value.trim()])));
}
