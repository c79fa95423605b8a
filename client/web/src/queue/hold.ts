/** One pause for all calls of a queue after a 429, which fails none of them. */
import { hasCode } from "../error.ts";
import type { CallService } from "../service.ts";
import type { Gate } from "./gate.ts";

/** If the service does not say how long to wait. */
export const DEFAULT_PAUSE_SECONDS = 60;

/** Calls as usual, but not while the gate is closed; a 429 closes it. */
export function hold(gate: Gate, call: CallService): CallService {
  return async (isExpected, route, request = {}) => {
    const onRetry: typeof request.onRetry = (again) => {
      if (hasCode(again.error, "rate-limited")) gate.close(again.pauseSeconds);
      request.onRetry?.(again);
    };
    for (;;) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- again after a pause
        await gate.pass(request.signal);
        // oxlint-disable-next-line no-await-in-loop -- as above
        return await call(isExpected, route, { ...request, onRetry });
      } catch (error) {
        request.signal?.throwIfAborted();
        const isLimited = hasCode(error, "rate-limited");
        if (isLimited) gate.close(error.retryAfterSeconds ?? DEFAULT_PAUSE_SECONDS);
        if (request.triesOnce || !isLimited) throw error;
      }
    }
  };
}
