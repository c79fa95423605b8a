/** What a pause does to a request that is being sent: it may finish if it is nearly done. */
import { UploadError } from "./error.ts";

/** The reason of the signal of an upload that was paused. */
export class Paused extends UploadError {
  /** Aborted if the upload is aborted during the pause. */
  readonly aborted: AbortSignal;

  constructor(aborted: AbortSignal) {
    super("aborted", "The upload was paused");
    this.aborted = aborted;
  }
}

/** A request that needs longer is stopped, and sent again after the pause. */
const NEARLY_DONE_MS = 3000;
/** A line that becomes slower does not hold up the pause for longer. */
const MAX_MS = 6000;

interface Sending {
  readonly signal: AbortSignal;
  /** Estimates how long the rest of the request takes. */
  readonly msLeft: () => number;
}

/** Calls `send` with a signal that lets a request finish that is nearly done when the upload is paused. */
export async function finishIfNearlyDone<T>(
  { signal, msLeft }: Sending,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => controller.abort(signal.reason);
  const pause = () => {
    const reason: unknown = signal.reason;
    if (!(reason instanceof Paused) || msLeft() > NEARLY_DONE_MS) {
      stop();
      return;
    }
    reason.aborted.addEventListener("abort", stop);
    timer = setTimeout(stop, MAX_MS);
  };
  signal.addEventListener("abort", pause);
  try {
    return await send(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", pause);
  }
}
