/** When to try again, and after how long. */
import type { Dependencies } from "./dependencies.ts";
import { UploadError } from "./error.ts";

/** Describes a try that failed, and the pause before the next one. */
export interface Retry {
  readonly error: UploadError;
  /** Counts from 1. */
  readonly attempt: number;
  readonly pauseSeconds: number;
}

interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
  readonly onOffline?: ((isOffline: boolean) => void) | undefined;
  /** Default: 6. */
  readonly maxAttempts?: (() => number) | undefined;
}

const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 20_000;
/** A longer `Retry-After` is left to the app, as an error. */
const MAX_RETRY_AFTER_SECONDS = 120;
/** S3 codes that ask for another try, whatever their status. */
const TRANSIENT_STORE_CODES = new Set(["RequestTimeout", "SlowDown", "OperationAborted"]);

/**
 * Calls `attempt` until it succeeds, the signal is aborted, or another try cannot help. Without a
 * network it waits for one.
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  dependencies: Dependencies,
  { signal, onRetry, onOffline, maxAttempts = () => MAX_ATTEMPTS }: RetryOptions,
): Promise<T> {
  const { network } = dependencies;
  for (let count = 1; ; count += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- a try after a try that failed
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof UploadError)) throw error;
      if (error.code === "network" && network.isOffline()) {
        // A try without a network does not count.
        count -= 1;
        onOffline?.(true);
        // oxlint-disable-next-line no-await-in-loop -- until there is a network
        await network.untilOnline(signal).finally(() => onOffline?.(false));
        continue;
      }
      const pause = count < maxAttempts() ? pauseBefore(error, count, dependencies) : undefined;
      if (pause === undefined) throw error;
      onRetry?.({ error, attempt: count, pauseSeconds: pause / 1000 });
      // oxlint-disable-next-line no-await-in-loop -- a pause before the next try
      await dependencies.wait(pause, signal);
    }
  }
}

/**
 * Returns the pause in milliseconds; `undefined` if there is no next try. The pause is random between
 * 0 and a limit that doubles. `Retry-After` is added to it, so that clients do not all return at once.
 */
function pauseBefore(
  error: UploadError,
  count: number,
  { random }: Dependencies,
): number | undefined {
  if (!isTransient(error)) return undefined;
  const { retryAfterSeconds = 0 } = error;
  if (retryAfterSeconds > MAX_RETRY_AFTER_SECONDS) return undefined;
  const ceiling = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 1));
  return retryAfterSeconds * 1000 + random() * ceiling;
}

/** Whether another try can help. A used-up quota is the user's decision; a wrong configuration stays wrong. */
function isTransient({ code, status = 0, storeCode = "" }: UploadError): boolean {
  if (code === "network" || code === "rate-limited") return true;
  if (code === "store-refused" && (status === 409 || status === 429)) return true;
  return TRANSIENT_STORE_CODES.has(storeCode) || (status >= 500 && code !== "misconfigured");
}
