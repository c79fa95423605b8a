/** Measures how fast the line is: all requests to the store together. */
import type { Put } from "./put.ts";

export interface Speed {
  /** Smoothed. 0 until the store has answered a request: before that nothing is known. */
  readonly bytesPerSecond: () => number;
  readonly isSending: () => boolean;
  /** Returns a `put` that is measured. */
  readonly measure: (put: Put) => Put;
}

/** After this time a measurement has half of its weight. */
const HALF_LIFE_MS = 10_000;

/** `now` is in milliseconds. Time without requests does not count. */
export function createSpeed(now: () => number): Speed {
  let bytes = 0;
  let spentMs = 0;
  let sending = 0;
  let hasAnswer = false;
  let last = now();

  const passTime = (): void => {
    const passed = Math.max(0, now() - last);
    last += passed;
    if (sending === 0) return;
    const weight = 2 ** (-passed / HALF_LIFE_MS);
    bytes *= weight;
    spentMs = spentMs * weight + passed;
  };

  return {
    bytesPerSecond: () => (hasAnswer ? (bytes * 1000) / Math.max(1, spentMs) : 0),
    isSending: () => sending > 0,
    measure: (put) => async (request) => {
      let before = 0;
      passTime();
      sending += 1;
      const onSent = (sent: number): void => {
        passTime();
        // It falls back to 0 if the request failed.
        bytes += Math.max(0, sent - before);
        before = sent;
        request.onSent(sent);
      };
      try {
        const etag = await put({ ...request, onSent });
        hasAnswer = true;
        return etag;
      } finally {
        passTime();
        sending -= 1;
      }
    },
  };
}
