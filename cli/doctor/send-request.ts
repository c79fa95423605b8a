/** One request to a store or a Worker, as anybody could send it: limited in time and size, never redirected. */
import { readText } from "../../src/bounded-fetch.ts";
import { readField } from "../../src/store/xml.ts";

interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The store's code of an error, where it tells one. */
  readonly code: string | undefined;
}

export type Ask = (url: string, request?: Request) => Promise<Answer>;

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 256 * 1024;

/** Asks until the signal is aborted: then it throws the reason of that, and else `NoAnswer`. */
export function createAsk(signal: AbortSignal): Ask {
  return async (url, { method = "GET", headers = {}, body } = {}) => {
    signal.throwIfAborted();
    try {
      const response = await fetch(url, {
        method,
        headers,
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        ...(body !== undefined && { body }),
      });
      const text = response.body ? await readText(response.body, MAX_BYTES) : "";
      return {
        status: response.status,
        headers: response.headers,
        text,
        code: readField(text, "Code"),
      };
    } catch (cause) {
      signal.throwIfAborted();
      throw new NoAnswer(`${new URL(url).origin} gave no answer: ${reasonOf(cause)}`, { cause });
    }
  };
}

/** Nothing came back, or nothing that can be read. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** Done and taken, by whatever status of success. */
export const isTaken = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** Slow, or too many at once: says nothing of the request itself (RFC 9110, RFC 6585). */
const ASK_AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);

/** Understood and declined: not a failure of the store. */
export const isRefused = ({ status }: Answer): boolean =>
  (status >= 400 && status < 500 && !ASK_AGAIN.has(status)) || status === 501;

/** For people: `403 AccessDenied`. */
export const statusOf = ({ status, code }: Answer): string =>
  code === undefined || !/^\w{1,64}$/.test(code) ? String(status) : `${status} ${code}`;

/** What a system says of a connection: a code, or else a sentence. */
export function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  if (inner instanceof Error && "code" in inner && typeof inner.code === "string")
    return inner.code;
  return inner instanceof Error ? inner.message : String(inner);
}
