/** Reads the answers of the service and the store: with a size limit, and errors as `UploadError`. */
import { UploadError, type FieldError } from "./error.ts";
import { hasFields } from "./has-fields.ts";

/** The largest answer is the list of 10,000 parts. */
const MAX_ANSWER_BYTES = 4 * 2 ** 20;

/** Returns the body as text. Throws `unexpected-answer` if it is too long. */
export async function readText({ body }: Response): Promise<string> {
  if (!body) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- a stream is read in its order
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > MAX_ANSWER_BYTES) {
      void reader.cancel();
      throw new UploadError("unexpected-answer", "The answer is too long");
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Returns `undefined` for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The fields that the service has in its problems (RFC 9457). */
interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly requestId?: string;
  readonly retryAfter?: number;
  readonly errors?: readonly FieldError[];
  readonly limit?: number;
  readonly actual?: number;
  readonly upload?: string;
}

const isProblem = (value: unknown): value is Problem => hasFields(value, "code", "detail");

/** Returns the error that the service answered. An answer without a problem is not from the service. */
export function readProblem(status: number, text: string, header: string | null): UploadError {
  const problem = parseJson(text);
  const retryAfterSeconds = readRetryAfter(header);
  if (!isProblem(problem))
    return new UploadError(
      "unexpected-answer",
      `The server that answered ${status} is not the service: check the endpoint`,
      { status, retryAfterSeconds },
    );
  const { code, detail, retryAfter = retryAfterSeconds, errors = [] } = problem;
  const { requestId, limit, actual, upload } = problem;
  const fields = { status, errors, requestId, limit, actual, upload };
  return new UploadError(code, detail, { ...fields, retryAfterSeconds: retryAfter });
}

/** Returns the error that the store answered: XML with a `Code`. */
export function readStoreError(status: number, text: string, header: string | null): UploadError {
  const storeCode = /<Code>([^<]*)<\/Code>/.exec(text)?.[1];
  return new UploadError(
    "store-refused",
    `The store answered ${status} ${storeCode ?? ""}`.trim(),
    {
      status,
      storeCode,
      retryAfterSeconds: readRetryAfter(header),
    },
  );
}

/** Returns seconds. A date is ignored: neither the service nor stores send one. */
function readRetryAfter(header: string | null): number | undefined {
  return header && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}
