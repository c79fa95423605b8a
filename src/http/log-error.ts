/** Writes an error to the log, and says what the client learns of it. */
import { describeError, type Log } from "../log.ts";
import { Problem, toProblem } from "../problem.ts";

/**
 * Returns the problem that the client sees. Its reason is in the log, under the id of the request: as refused
 * where the client can do something about it, as failed where the service or its store must.
 */
export function logError(
  error: unknown,
  { log, requestId }: { readonly log: Log; readonly requestId: string },
): Problem {
  if (error instanceof Problem) {
    const reason = "logReason" in error ? describeError(error) : describeError(error.cause);
    log(eventOf(error), { code: error.code, requestId, reason });
    return error;
  }
  log("request-failed", { code: "internal", requestId, reason: describeError(error) });
  return toProblem(error);
}

/** Returns the event of a request that gets this problem. */
export function eventOf({ status }: Problem): "request-refused" | "request-failed" {
  return status < 500 ? "request-refused" : "request-failed";
}
