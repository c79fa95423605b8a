import type { Dependencies } from "../dependencies.ts";

/** Holds back requests for a while. */
export interface Gate {
  /** Holds back for this long, or longer if it is closed for longer already. */
  readonly close: (seconds: number) => void;
  readonly open: () => void;
  /** Resolves as soon as the gate is open. Rejects with the signal's reason. */
  readonly pass: (signal?: AbortSignal) => Promise<void>;
}

/** How often a closed gate looks whether it was opened early. */
const MAX_WAIT_MS = 1000;

export function createGate({ now, wait }: Dependencies): Gate {
  let closedUntil = 0;
  return {
    close(seconds) {
      closedUntil = Math.max(closedUntil, now() + seconds * 1000);
    },
    open() {
      closedUntil = 0;
    },
    async pass(signal) {
      for (let left = closedUntil - now(); left > 0; left = closedUntil - now()) {
        // oxlint-disable-next-line no-await-in-loop -- until it is open
        await wait(Math.min(left, MAX_WAIT_MS), signal);
      }
    },
  };
}
