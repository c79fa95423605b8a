/** Calls the service: JSON in and out, with a token, and with retries. */
import type { Dependencies } from "./dependencies.ts";
import { UploadError, hasCode } from "./error.ts";
import { createAnew } from "./idempotency-key.ts";
import { parseJson, readProblem, readText } from "./read-answer.ts";
import { retry, type Retry } from "./retry.ts";

export interface ServiceOptions {
  /** The URL of the service: `https://uploads.example.com`. */
  readonly endpoint: string;
  /**
   * Returns a valid token. Called for every request, and once more after a 401, with the token that
   * was refused. Without it requests have the browser's cookies: for a service in an app with sessions.
   */
  readonly getToken?: ((refused?: string) => string | Promise<string>) | undefined;
}

interface RequestOptions {
  readonly body?: object | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The signal does not cancel the request itself, only the pauses between tries. */
  readonly mustFinish?: boolean;
  readonly triesOnce?: boolean;
  /** The same for each try of a request that creates something. Default: the client chooses them. */
  readonly idempotencyKey?: string | undefined;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
  readonly onOffline?: ((isOffline: boolean) => void) | undefined;
}

/** Sends `POST /v1/uploads`, say. Rejects with an `UploadError`, or with the signal's reason. */
export type CallService = <T>(
  isExpected: (value: unknown) => value is T,
  route: string,
  options?: RequestOptions,
) => Promise<T>;

/** Completing a multipart upload may take the store a minute. */
const TIME_LIMIT_MS = 90_000;
/** Tries of each request before the service has ever answered: the endpoint may be wrong. */
const FIRST_ATTEMPTS = 2;
const MAX_ATTEMPTS = 6;

/** Routes that reserve something: a lost answer must not reserve it twice. */
const CREATING = /uploads(\/batch)?$/;

export function createCallService(
  { endpoint, getToken }: ServiceOptions,
  dependencies: Dependencies,
): CallService {
  const base = endpoint.replace(/\/+$/, "");
  let hasAnswered = false;
  const maxAttempts = () => (hasAnswered ? MAX_ATTEMPTS : FIRST_ATTEMPTS);

  const callOnce = async (
    route: string,
    options: RequestOptions,
    token: string | undefined,
  ): Promise<unknown> => {
    const [method = "", path = ""] = route.split(" ");
    const { body } = options;
    const signal = options.mustFinish ? undefined : options.signal;
    const limit = AbortSignal.timeout(TIME_LIMIT_MS);
    try {
      const response = await dependencies.fetch(base + path, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body && { "content-type": "application/json" }),
          ...(options.idempotencyKey && { "idempotency-key": options.idempotencyKey }),
        },
        ...(!getToken && { credentials: "include" }),
        ...(body && { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      hasAnswered = true;
      const text = await readText(response);
      if (!response.ok)
        throw readProblem(response.status, text, response.headers.get("retry-after"));
      return text === "" ? undefined : parseJson(text);
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof UploadError) throw cause;
      const check = hasAnswered
        ? ""
        : ': check the endpoint, and whether "origins" of the service has the origin of this page';
      throw new UploadError("network", `${base} did not answer${check}`, { cause });
    }
  };

  const callWithToken = async (route: string, options: RequestOptions): Promise<unknown> => {
    const token = await getToken?.();
    try {
      return await callOnce(route, options, token);
    } catch (error) {
      if (!getToken || !hasCode(error, "unauthenticated")) throw error;
      return callOnce(route, options, await getToken(token));
    }
  };

  const callInTries = async (route: string, options: RequestOptions): Promise<unknown> => {
    const attempt = async () => callWithToken(route, options);
    return options.triesOnce
      ? attempt()
      : retry(attempt, dependencies, { maxAttempts, ...options });
  };

  return async (isExpected, route, given = {}) => {
    const isCreating = CREATING.test(route) && given.idempotencyKey === undefined;
    const answer = isCreating
      ? await createAnew(async () =>
          callInTries(route, { ...given, idempotencyKey: dependencies.createKey() }),
        )
      : await callInTries(route, given);
    if (isExpected(answer)) return answer;
    throw new UploadError(
      "unexpected-answer",
      "The server that answered is not the service: check the endpoint",
    );
  };
}
