/** How many requests are sent to the store at once. */
export interface Slots {
  /** Calls `send` as soon as a slot is free: first come, first served. Rejects with the signal's reason. */
  readonly run: <T>(send: () => Promise<T>, signal?: AbortSignal) => Promise<T>;
  readonly isFree: () => boolean;
  /** While closed, nothing new is sent. */
  readonly setOpen: (isOpen: boolean) => void;
}

export function createSlots(count: number): Slots {
  const waiting = new Set<() => void>();
  let busy = 0;
  let isOpen = true;

  const admit = (): void => {
    for (const start of waiting) {
      if (!isOpen || busy >= count) return;
      waiting.delete(start);
      busy += 1;
      start();
    }
  };

  const take = async (signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const leave = () => {
        waiting.delete(start);
        reject(signal?.reason);
      };
      const start = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      signal?.addEventListener("abort", leave, { once: true });
      waiting.add(start);
      admit();
    });

  return {
    async run(send, signal) {
      await take(signal);
      try {
        return await send();
      } finally {
        busy -= 1;
        admit();
      }
    },
    isFree: () => isOpen && busy < count,
    setOpen(value) {
      isOpen = value;
      admit();
    },
  };
}
