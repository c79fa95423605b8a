import { hasCode } from "./error.ts";

/** Returns a new value of the header `Idempotency-Key`: 128 random bits in quotes. */
export function createIdempotencyKey(): string {
  // Not `crypto.randomUUID`, which pages on http do not have.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `"${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}"`;
}

/** Creates once more, with another key, if a lost answer had tickets that have expired since. */
export async function createAnew<T>(create: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!hasCode(error, "upload-expired")) throw error;
    return create();
  }
}
