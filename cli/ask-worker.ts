/** Sends requests to the Worker and the store, and turns what is not the expected answer into a reason. */
import * as z from "zod/mini";
import { NoResponse, statusOf, type Answer, type SendRequest } from "./doctor/send-request.ts";
import { WorkerError } from "./open-uploader.ts";
import { parseJson } from "./parse-json.ts";

/** What a header can carry: printable ASCII without spaces (wider than RFC 6750 section 2.1). */
const TOKEN = /^[\x21-\x7e]+$/;
const problemSchema = z.object({ code: z.string(), detail: z.string() });

export interface WorkerRequest<T> {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly answer: z.ZodMiniType<T>;
  /** Statuses beside those of success with which this answer comes. */
  readonly accepts?: readonly number[];
}

export type AskWorker = <T>(request: WorkerRequest<T>) => Promise<T>;

/** Returns a function that asks the Worker. It throws `WorkerError`, also for a token that no header can carry. */
export function createAskWorker(
  { url, token }: { readonly url: URL; readonly token: string },
  send: SendRequest,
): AskWorker {
  return async ({ method, path, body, answer: schema, accepts = [] }) => {
    if (!TOKEN.test(token)) throw new WorkerError("The token cannot be sent: copy it again");
    const answer = await sendOrFail(send, new URL(path, url).href, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const json = answer.text === "" ? undefined : parseJson(answer.text);
    const parsed = schema.safeParse(json);
    const isExpected = answer.status < 300 || accepts.includes(answer.status);
    if (isExpected && parsed.success) return parsed.data;
    const problem = problemSchema.safeParse(json);
    throw new WorkerError(
      problem.success
        ? `${answer.status} ${problem.data.code}: ${problem.data.detail}`
        : `${url.origin} answered ${answer.status}, but not as the Worker does: check --url`,
    );
  };
}

/** Sends a request of a ticket to the store. Throws `WorkerError` for a refusal. */
export async function askStore(
  send: SendRequest,
  url: string,
  request: Parameters<SendRequest>[1],
): Promise<Answer> {
  const answer = await sendOrFail(send, url, request);
  if (answer.status === 200) return answer;
  throw new WorkerError(
    `The store answered ${statusOf(answer)}: test it with npx edge-presigner doctor`,
  );
}

async function sendOrFail(
  send: SendRequest,
  url: string,
  request: Parameters<SendRequest>[1],
): Promise<Answer> {
  try {
    return await send(url, request);
  } catch (error) {
    if (error instanceof NoResponse) throw new WorkerError(error.message, { cause: error });
    throw error;
  }
}
