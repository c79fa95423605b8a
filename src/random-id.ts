/** Random UUIDs (RFC 9562, version 4), made of a pool: one call for the bytes of many. */

const POOL_BYTES = 16 * 64;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** Returns a UUID of 122 bits that nobody can guess. */
export function randomId(): string {
  if (used === POOL_BYTES) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const at = (index: number): string => HEX[pool[used + index] ?? 0] ?? "";
  const bytes = pool.subarray(used, used + 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const id = `${at(0)}${at(1)}${at(2)}${at(3)}-${at(4)}${at(5)}-${at(6)}${at(7)}-${at(8)}${at(9)}-${at(10)}${at(11)}${at(12)}${at(13)}${at(14)}${at(15)}`;
  // What was given out is not kept.
  bytes.fill(0);
  used += 16;
  return id;
}
