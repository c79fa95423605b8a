/** Random UUIDs (RFC 9562, version 4), made of a pool: one call for the bytes of many. */
import { toHex } from "./hex.ts";

const POOL_BYTES = 16 * 64;
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** Returns a UUID of 122 bits that nobody can guess. */
export function randomId(): string {
  if (used === POOL_BYTES) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const bytes = pool.subarray(used, used + 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = toHex(bytes);
  // What was given out is not kept.
  bytes.fill(0);
  used += 16;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
