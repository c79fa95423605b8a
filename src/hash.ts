/**
 * SHA-256 and HMAC-SHA-256 without waiting. Each `await` on WebCrypto leaves the isolate and enters it
 * again, which costs more than the hash. The only file that imports a module of Node.js.
 */
import { createHmac, hash, timingSafeEqual } from "node:crypto";

/** Returns the SHA-256 of a text in hexadecimal digits. */
export function sha256Hex(text: string): string {
  return hash("sha256", text, "hex");
}

/** Returns the HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, data: string | Uint8Array): Uint8Array {
  return createHmac("sha256", key).update(data).digest();
}

/** Returns the HMAC-SHA-256 of a text in hexadecimal digits. */
export function hmacSha256Hex(key: Uint8Array, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

/** Returns whether two tags are equal, in a time that says nothing about where they differ. */
export function isSameTag(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
