/** When to try again, and after how long. */
import { UploadError } from "./error.ts";
import type { World } from "./dependencies.ts";

/** A pause before the next try, for a page that tells its user. */
export interface Retry {
  readonly error: UploadError;
  /** Counts from 1. */
  readonly attempt: number;
  readonly pauseSeconds: number;
}

interface Retrying {
  readonly world: World;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 20_000;
/** Whoever is told to wait for longer is told so by an error. */
const LONGEST_RETRY_AFTER_SECONDS = 120;
/** S3's codes for "again, please", whatever their status. */
const PASSING_STORE_CODES = new Set(["RequestTimeout", "SlowDown", "OperationAborted"]);

/** Tries until it works, the signal is aborted, or trying again is of no use. */
export async function retry<T>(
  attempt: () => Promise<T>,
  { world, signal, onRetry }: Retrying,
): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- a try after a try that failed
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof UploadError)) throw error;
      const pause = pauseBefore(error, count, world);
      if (pause === undefined) throw error;
      onRetry?.({ error, attempt: count, pauseSeconds: pause / 1000 });
      // oxlint-disable-next-line no-await-in-loop -- a pause before the next try
      await world.wait(pause, signal);
    }
  }
}

/**
 * In milliseconds; `undefined` where there is no next try. Full jitter: anything between nothing and a
 * limit that doubles. What `Retry-After` says comes on top of it, so that not all come back at once.
 */
function pauseBefore(error: UploadError, count: number, world: World): number | undefined {
  if (count >= MAX_ATTEMPTS || !isPassing(error)) return undefined;
  const { retryAfterSeconds = 0 } = error;
  if (retryAfterSeconds > LONGEST_RETRY_AFTER_SECONDS) return undefined;
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 1));
  return retryAfterSeconds * 1000 + world.random() * ceiling;
}

/** A quota is for a person to decide about, and a mistake in the configuration does not pass. */
function isPassing({ code, status = 0, storeCode = "" }: UploadError): boolean {
  if (code === "network" || code === "rate-limited") return true;
  if (code === "store-refused" && (status === 409 || status === 429)) return true;
  return PASSING_STORE_CODES.has(storeCode) || (status >= 500 && code !== "misconfigured");
}
