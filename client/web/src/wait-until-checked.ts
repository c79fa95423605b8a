/** Waits while the service checks a file. It is loaded with the first file that takes longer. */
import type { Completed, Unfinished } from "./answers.ts";
import { UploadError } from "./error.ts";
import type { UploadContext } from "./upload-context.ts";

/** Less than five minutes of waiting. */
const MAX_QUESTIONS = 20;
/** The pauses grow to so many seconds, beside what the service says. */
const MAX_ADDED_SECONDS = 12;

/** Asks again until the file is checked. Rejects with `still-pending` after some minutes: the service goes on alone. */
export async function waitUntilChecked(
  { wait }: Pick<UploadContext, "wait">,
  first: Unfinished,
  {
    ask,
    signal,
  }: {
    readonly ask: () => Promise<Completed | Unfinished>;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Completed> {
  let { retryAfter } = first;
  for (let questions = 1; questions <= MAX_QUESTIONS; questions += 1) {
    const seconds = retryAfter + Math.min(questions, MAX_ADDED_SECONDS);
    // oxlint-disable-next-line no-await-in-loop -- a pause before the next question
    await wait(seconds * 1000, signal);
    // oxlint-disable-next-line no-await-in-loop -- one question after the other
    const answer = await ask();
    if (answer.status === "completed") return answer;
    ({ retryAfter } = answer);
  }
  throw new UploadError(
    "still-pending",
    "The file is stored, and the service is still checking it. It goes on without the client",
  );
}
