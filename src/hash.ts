/**
 * SHA-256 and HMAC-SHA-256 without waiting. Each `await` on WebCrypto leaves the isolate and enters it
 * again, which costs more than the hash.
 */
import { HMAC } from "@stablelib/hmac";
import { SHA256 } from "@stablelib/sha256";
import { toHex } from "./hex.ts";

export { equal as isSameTag } from "@stablelib/constant-time";

const ENCODER = new TextEncoder();
const sha256 = new SHA256();
/** Kept, as each new array of bytes takes memory that has to be freed. Both are valid until the next hash. */
const kept = new Uint8Array(16 * 1024);
const digest = new Uint8Array(sha256.digestLength);

/** Returns the SHA-256 of a text in hexadecimal digits. */
export function sha256Hex(text: string): string {
  sha256.reset().update(encode(text)).finish(digest);
  return toHex(digest);
}

/** Returns the HMAC-SHA-256 (RFC 2104) of a text or of bytes: 32 bytes. */
export type Hmac = (data: string | Uint8Array) => Uint8Array;

/** Returns the HMAC with this key, whose state is kept. */
export function createHmac(key: Uint8Array): Hmac {
  const hmac = new HMAC(SHA256, key);
  return (data) => {
    hmac
      .reset()
      .update(typeof data === "string" ? encode(data) : data)
      .finish(digest);
    return digest.slice();
  };
}

function encode(text: string): Uint8Array {
  if (text.length * 3 > kept.length) return ENCODER.encode(text);
  return kept.subarray(0, ENCODER.encodeInto(text, kept).written);
}
