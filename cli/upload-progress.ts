/** Draws a progress bar from the bytes that are stored and the bytes that are in flight. */
import type { ProgressBar } from "./progress-bar.ts";

export interface UploadProgress {
  readonly onStored: (bytes: number) => void;
  readonly onInFlight: (bytes: number) => void;
}

/** Returns two callbacks that advance the bar. A failed part moves it back. */
export function createUploadProgress(
  bar: Pick<ProgressBar, "advance"> | undefined,
): UploadProgress {
  let shown = 0;
  let storedBytes = 0;
  let inFlightBytes = 0;
  const draw = () => {
    bar?.advance(storedBytes + inFlightBytes - shown);
    shown = storedBytes + inFlightBytes;
  };
  return {
    onStored(bytes) {
      storedBytes = bytes;
      draw();
    },
    onInFlight(bytes) {
      inFlightBytes = bytes;
      draw();
    },
  };
}
