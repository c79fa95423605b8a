import { createIdempotencyKey } from "./idempotency-key.ts";
import { platformNetwork, type Network } from "./network.ts";

/** What the client takes from its platform. Tests pass their own. */
export interface Dependencies {
  readonly fetch: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Returns a new `Idempotency-Key`, which no other request has. */
  readonly createKey: () => string;
  /** Resolves after that many milliseconds. Rejects with the signal's reason as soon as it is aborted. */
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly network: Network;
}

/** Returns the `fetch`, clock, random numbers, timer and network of the platform. */
export function platformDependencies(): Dependencies {
  return {
    fetch: async (input, init) => fetch(input, init),
    now: () => Date.now(),
    random: () => Math.random(),
    createKey: createIdempotencyKey,
    network: platformNetwork,
    wait: async (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const stop = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener("abort", stop);
          resolve();
        }, milliseconds);
        signal?.addEventListener("abort", stop, { once: true });
      }),
  };
}
