/** Whether the browser has a network, as it says itself. */
export interface Network {
  /** `false` where nobody knows: then a failed request is tried again. */
  readonly isOffline: () => boolean;
  /** Resolves as soon as there is a network. Rejects with the signal's reason. */
  readonly untilOnline: (signal?: AbortSignal) => Promise<void>;
}

/** Node.js has no `navigator.onLine`, and is never offline. */
const platform: { readonly navigator?: { readonly onLine?: boolean } } = globalThis;
const isOffline = () => platform.navigator?.onLine === false;

export const platformNetwork: Network = {
  isOffline,
  untilOnline: async (signal) =>
    new Promise((resolve, reject) => {
      const end = () => {
        if (!signal?.aborted && isOffline()) return;
        removeEventListener("online", end);
        signal?.removeEventListener("abort", end);
        if (signal?.aborted) reject(signal.reason);
        else resolve();
      };
      addEventListener("online", end);
      signal?.addEventListener("abort", end);
      end();
    }),
};
