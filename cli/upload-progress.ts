/** A bar that is true: what arrived, and what is on its way. */
import type { ProgressResult } from "@clack/prompts";

export interface Meter {
  readonly arrived: (bytes: number) => void;
  readonly onFlight: (bytes: number) => void;
}

export function createMeter(bar: Pick<ProgressResult, "advance"> | undefined): Meter {
  let shown = 0;
  let arrivedBytes = 0;
  let flyingBytes = 0;
  const draw = () => {
    bar?.advance(arrivedBytes + flyingBytes - shown);
    shown = arrivedBytes + flyingBytes;
  };
  return {
    arrived(bytes) {
      arrivedBytes = bytes;
      draw();
    },
    onFlight(bytes) {
      flyingBytes = bytes;
      draw();
    },
  };
}
