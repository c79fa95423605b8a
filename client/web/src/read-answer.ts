/** What the service and the store answer, read with a limit, and as errors where they refuse. */
import { UploadError, type Fault } from "./error.ts";
import { hasFields } from "./has-fields.ts";

/** The largest answer is the list of 10,000 parts. */
const MAX_ANSWER_BYTES = 4 * 2 ** 20;

/** The body as text. Throws `unexpected-answer` where it is too long. */
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

/** `undefined` where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** RFC 9457, of what the service has in it. */
interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly requestId?: string;
  readonly retryAfter?: number;
  readonly errors?: readonly Fault[];
  readonly limit?: number;
  readonly actual?: number;
  readonly upload?: string;
}

const isProblem = (value: unknown): value is Problem => hasFields(value, "code", "detail");

/** What the service says where it refuses. Anything else is not the service. */
export function readProblem(status: number, text: string, header: string | null): UploadError {
  const problem = parseJson(text);
  const waiting = readRetryAfter(header);
  if (!isProblem(problem))
    return new UploadError("unexpected-answer", `What answered ${status} is not the service`, {
      status,
      retryAfterSeconds: waiting,
    });
  const { code, detail, retryAfter = waiting, errors = [] } = problem;
  const { requestId, limit, actual, upload } = problem;
  const told = { errors, requestId, limit, actual, upload };
  return new UploadError(code, detail, { status, retryAfterSeconds: retryAfter, ...told });
}

/** What the store says where it refuses: XML with a `Code`. */
export function readRefusal(status: number, text: string, header: string | null): UploadError {
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

/** In seconds; a date, which neither the service nor stores send, is passed over. */
function readRetryAfter(header: string | null): number | undefined {
  return header && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}
