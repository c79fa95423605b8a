/** Writes an error to the log, and says what the client learns of it. */
import { describeError, type Log } from "../log.ts";
import { Problem, toProblem } from "../problem.ts";

/** Returns the problem that the client sees. Its reason is in the log, under the id of the request. */
export function logError(
  error: unknown,
  { log, requestId }: { readonly log: Log; readonly requestId: string },
): Problem {
  if (error instanceof Problem) {
    const reason = "logReason" in error ? describeError(error) : describeError(error.cause);
    log("request-refused", { code: error.code, requestId, reason });
  } else log("request-failed", { requestId, reason: describeError(error) });
  return toProblem(error);
}
