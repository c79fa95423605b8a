/** The answers of batches: a result for each item. */
import { UploadError } from "../error.ts";
import { hasFields } from "../has-fields.ts";
import { readProblem } from "../read-answer.ts";
import type { Outcome } from "./batcher.ts";

interface Result {
  readonly status: number;
  readonly upload?: unknown;
  readonly problem?: unknown;
}

export const isAny = (value: unknown): value is unknown => value !== null;
const isResult = (value: unknown): value is Result => hasFields(value, "status");

/** Reads the results of a batch. */
export function readOutcomes(answer: unknown): readonly Outcome[] {
  const results: unknown = hasFields(answer) && "results" in answer ? answer.results : undefined;
  if (!Array.isArray(results) || !results.every(isResult)) throw notTheService();
  return results.map(({ status, upload, problem }) =>
    problem === undefined
      ? { answer: upload }
      : { error: readProblem(status, JSON.stringify(problem), null), isFinal: false },
  );
}

export const notTheService = () =>
  new UploadError(
    "unexpected-answer",
    "The server that answered is not the service: check the endpoint",
  );
