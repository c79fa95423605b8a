/** Calls the service: JSON in and out, with a token, and with retries. */
import type { Dependencies } from "./dependencies.ts";
import { UploadError, hasCode } from "./error.ts";
import { parseJson, readProblem, readText } from "./read-answer.ts";
import { retry, type Retry } from "./retry.ts";

export interface ServiceOptions {
  /** The URL of the service: `https://uploads.example.com`. */
  readonly endpoint: string;
  /**
   * Returns a valid token. Called for every request, and once more after a 401, with the token that
   * was refused.
   */
  readonly getToken: (refused?: string) => string | Promise<string>;
}

interface RequestOptions {
  readonly body?: object | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The signal does not cancel the request itself, only the pauses between tries. */
  readonly mustFinish?: boolean;
  readonly triesOnce?: boolean;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

/** Sends `POST /v1/uploads`, say. Rejects with an `UploadError`, or with the signal's reason. */
export type CallService = <T>(
  isExpected: (value: unknown) => value is T,
  route: string,
  options?: RequestOptions,
) => Promise<T>;

/** Completing a multipart upload may take the store a minute. */
const TIME_LIMIT_MS = 90_000;

export function createCallService(
  { endpoint, getToken }: ServiceOptions,
  dependencies: Dependencies,
): CallService {
  const base = endpoint.replace(/\/+$/, "");

  const callOnce = async (
    route: string,
    options: RequestOptions,
    token: string,
  ): Promise<unknown> => {
    const [method = "", path = ""] = route.split(" ");
    const { body } = options;
    const signal = options.mustFinish ? undefined : options.signal;
    const limit = AbortSignal.timeout(TIME_LIMIT_MS);
    try {
      const response = await dependencies.fetch(base + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      const text = await readText(response);
      if (!response.ok)
        throw readProblem(response.status, text, response.headers.get("retry-after"));
      return text === "" ? undefined : parseJson(text);
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof UploadError) throw cause;
      throw new UploadError("network", "The service did not answer", { cause });
    }
  };

  const callWithToken = async (route: string, options: RequestOptions): Promise<unknown> => {
    const token = await getToken();
    try {
      return await callOnce(route, options, token);
    } catch (error) {
      if (!hasCode(error, "unauthenticated")) throw error;
      return callOnce(route, options, await getToken(token));
    }
  };

  return async (isExpected, route, options = {}) => {
    const answer = options.triesOnce
      ? await callWithToken(route, options)
      : await retry(async () => callWithToken(route, options), dependencies, options);
    if (isExpected(answer)) return answer;
    throw new UploadError(
      "unexpected-answer",
      "The server that answered is not the service: check the endpoint",
    );
  };
}
