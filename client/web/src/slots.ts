/** How many requests are sent to the store at once. */

/** Calls `send` as soon as a slot is free: first come, first served. Rejects with the signal's reason. */
export type InTurn = <T>(send: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/**
 * Browsers open six connections to a host with HTTP/1.1, which is all that R2 and AWS S3 speak. A PUT
 * that waits for a connection can outlive its ticket, so that fewer are sent.
 */
export const MAX_PUTS = 4;

export function createSlots(count = MAX_PUTS): InTurn {
  const waiting = new Set<() => void>();
  let busy = 0;

  const take = async (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const leave = () => {
        waiting.delete(start);
        reject(signal.reason);
      };
      const start = () => {
        waiting.delete(start);
        signal.removeEventListener("abort", leave);
        busy += 1;
        resolve();
      };
      if (busy < count) {
        start();
        return;
      }
      waiting.add(start);
      signal.addEventListener("abort", leave);
    });

  return async (send, signal) => {
    await take(signal);
    try {
      return await send();
    } finally {
      busy -= 1;
      const [next] = waiting;
      next?.();
    }
  };
}
