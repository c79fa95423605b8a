/** The service, as the client asks it: JSON in and out, with a token, and again where that helps. */
import { UploadError, hasCode } from "./error.ts";
import { parseJson, readProblem, readText } from "./read-answer.ts";
import { retry, type Retry } from "./retry.ts";
import type { World } from "./dependencies.ts";

export interface ServiceOptions {
  /** Where the service is: `https://uploads.example.com`. */
  readonly endpoint: string;
  /**
   * A token that is still valid: asked for with every request. After a 401 it is asked once more, with
   * the token that was refused.
   */
  readonly getToken: (refused?: string) => string | Promise<string>;
}

interface Asking {
  readonly body?: object | undefined;
  readonly signal?: AbortSignal | undefined;
  /** An answer that must not be lost: the signal ends only the pauses between the tries. */
  readonly isKept?: boolean;
  readonly isTriedOnce?: boolean;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

/** `POST /v1/uploads`. Rejects with an `UploadError`, or the signal's reason. */
export type Ask = <T>(
  isExpected: (value: unknown) => value is T,
  request: string,
  asking?: Asking,
) => Promise<T>;

/** `complete` may take a minute, in which the store puts parts together. */
const TIME_LIMIT_MS = 90_000;

export function createAsk({ endpoint, getToken }: ServiceOptions, world: World): Ask {
  const base = endpoint.replace(/\/+$/, "");

  const askOnce = async (request: string, asking: Asking, token: string): Promise<unknown> => {
    const [method = "", path = ""] = request.split(" ");
    const { body } = asking;
    const signal = asking.isKept ? undefined : asking.signal;
    const limit = AbortSignal.timeout(TIME_LIMIT_MS);
    try {
      const response = await world.fetch(base + path, {
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

  const askAuthorized = async (request: string, asking: Asking): Promise<unknown> => {
    const token = await getToken();
    try {
      return await askOnce(request, asking, token);
    } catch (error) {
      if (!hasCode(error, "unauthenticated")) throw error;
      return askOnce(request, asking, await getToken(token));
    }
  };

  return async (isExpected, request, asking = {}) => {
    const answer = asking.isTriedOnce
      ? await askAuthorized(request, asking)
      : await retry(async () => askAuthorized(request, asking), { ...asking, world });
    if (isExpected(answer)) return answer;
    throw new UploadError("unexpected-answer", "What answered is not the service");
  };
}
