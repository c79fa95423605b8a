/** Sends a request to a store or a Worker, with limits for time and size, and without following redirects. */
import { readField } from "../../src/store/xml.ts";

interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string | FormData;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as it came. Absent where only the text was read. */
  readonly bytes?: Uint8Array;
  /** The error code of the store, if the answer has one. */
  readonly code: string | undefined;
}

export type SendRequest = (url: string, request?: Request) => Promise<Answer>;

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 256 * 1024;

/** Returns a function that sends requests. It throws `NoResponse`, or the signal's reason once that is aborted. */
export function createRequestSender(signal: AbortSignal): SendRequest {
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
      const bytes = response.body ? await readBytes(response.body) : new Uint8Array();
      const text = new TextDecoder().decode(bytes);
      return {
        status: response.status,
        headers: response.headers,
        text,
        bytes,
        code: readField(text, "Code"),
      };
    } catch (cause) {
      signal.throwIfAborted();
      throw new NoResponse(`${new URL(url).origin} did not answer: ${reasonOf(cause)}`, { cause });
    }
  };
}

async function readBytes(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > MAX_BYTES) throw new Error(`The body has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** No response arrived, or none that can be read. */
export class NoResponse extends Error {
  override readonly name = "NoResponse";
}

/** Whether the status is one of success. */
export const isAccepted = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** Timeouts and rate limits: the request itself may be valid (RFC 9110, RFC 6585). */
const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429]);

/** Whether the store understood the request and refused it. A failure of the store is not a refusal. */
export const isRefused = ({ status }: Answer): boolean =>
  (status >= 400 && status < 500 && !RETRYABLE.has(status)) || status === 501;

/** Returns the status and the error code, such as `403 AccessDenied`. */
export const statusOf = ({ status, code }: Answer): string =>
  code === undefined || !/^\w{1,64}$/.test(code) ? String(status) : `${status} ${code}`;

/** Returns the code of a failed connection, such as `ECONNREFUSED`, or its message. */
export function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  if (inner instanceof Error && "code" in inner && typeof inner.code === "string")
    return inner.code;
  return inner instanceof Error ? inner.message : String(inner);
}
