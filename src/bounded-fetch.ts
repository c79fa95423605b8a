/** Requests to other servers, limited in time and size. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

interface BoundedRequest {
  readonly url: string;
  readonly init: RequestInit;
  /** From the start of the request to the last byte of the body. */
  readonly timeoutMs: number;
  /** The longest body that is read; 0 discards the body. */
  readonly maxBytes: number;
}

export interface BoundedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Sends one request and reads its body as UTF-8. Redirects are not followed. Throws a `TimeoutError`
 * after the time limit, and an error for a body that is too long or not UTF-8.
 */
export async function boundedFetch(
  { url, init, timeoutMs, maxBytes }: BoundedRequest,
  fetch: Fetch,
): Promise<BoundedResponse> {
  return withTimeout(timeoutMs, async (signal) => {
    const response = await fetch(url, { ...init, redirect: "manual", signal });
    const { status, headers, body } = response;
    if (maxBytes === 0) await body?.cancel();
    const text = body && maxBytes > 0 ? await readText(body, maxBytes) : "";
    return { status, headers, text };
  });
}

/** Sends one request as `boundedFetch` does, and reads no more than the first `maxBytes` of its body. */
export async function fetchStart(
  { url, init, timeoutMs, maxBytes }: BoundedRequest,
  fetch: Fetch,
): Promise<Omit<BoundedResponse, "text"> & { readonly bytes: Uint8Array }> {
  return withTimeout(timeoutMs, async (signal) => {
    const response = await fetch(url, { ...init, redirect: "manual", signal });
    const { status, headers, body } = response;
    const bytes = body ? await readBytes(body, maxBytes) : new Uint8Array();
    return { status, headers, bytes };
  });
}

/** Leaving the loop cancels the body. */
async function readBytes(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const start = new Uint8Array(maxBytes);
  let length = 0;
  for await (const chunk of body) {
    const part = chunk.subarray(0, maxBytes - length);
    start.set(part, length);
    length += part.byteLength;
    if (length === maxBytes) break;
  }
  return start.subarray(0, length);
}

/** Reads a body of at most `maxBytes` as UTF-8. Throws for a longer one, and for other encodings. */
async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let text = "";
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`The body has more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The timer ends with the work: one that ran on would keep a Durable Object in memory. */
async function withTimeout<T>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timeOut = () =>
    controller.abort(new DOMException(`No answer within ${timeoutMs} ms`, "TimeoutError"));
  const timer = setTimeout(timeOut, timeoutMs);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
