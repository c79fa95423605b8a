/**
 * SHA-256 and HMAC-SHA-256 without waiting. Each `await` on WebCrypto leaves the isolate and enters it
 * again, which costs more than the hash. The only file that imports a module of Node.js.
 */
import { createHmac, hash } from "node:crypto";

/** Returns the SHA-256 of a text in hexadecimal digits. */
export function sha256Hex(text: string): string {
  return hash("sha256", text, "hex");
}

/** Returns the HMAC-SHA-256 of a text (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}

/** Returns the same in hexadecimal digits. */
export function hmacSha256Hex(key: Uint8Array, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}
