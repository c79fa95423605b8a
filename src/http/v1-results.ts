/** The answers of `/v1` that list results. */
import type { Log } from "../log.ts";
import type { CompletedUpload } from "../operation/complete.ts";
import { problemBody } from "../problem.ts";
import { logError } from "./log-error.ts";
import { completedAnswer } from "./v1-response.ts";

/** One result for each id, in their order. Each refusal is logged, as that of a single completion is. */
export function completionsAnswer(
  ids: readonly string[],
  outcomes: readonly PromiseSettledResult<CompletedUpload>[],
  request: { readonly log: Log; readonly requestId: string },
): { readonly results: readonly object[] } {
  const results = outcomes.map((outcome, index) => {
    if (outcome.status === "fulfilled")
      return { status: 200, upload: completedAnswer(outcome.value, ids[index] ?? "") };
    const problem = logError(outcome.reason, request);
    return { status: problem.status, problem: problemBody(problem, request.requestId) };
  });
  return { results };
}
