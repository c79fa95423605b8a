/** `fetch` that reports the progress of PUTs. It sends them with `node:http`: the `fetch` of Node.js reports nothing before the answer. */
import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { reasonOf } from "./doctor/send-request.ts";

/** Receives the number of bytes that all unanswered PUTs have sent. */
export type OnInFlight = (bytes: number) => void;

/** A PUT fails after this long without a byte. */
const IDLE_MS = 60_000;

/** Returns a `fetch` that reports the bytes in flight of each PUT with a Blob. */
export function createFetchWithProgress(onInFlight: OnInFlight): typeof fetch {
  const flights = new Map<symbol, number>();
  const tell = () => onInFlight([...flights.values()].reduce((sum, bytes) => sum + bytes, 0));
  return async (input, init) => {
    if (!(init?.body instanceof Blob)) return fetch(input, init);
    const flight = Symbol("flight");
    const count = (bytes: number) => {
      flights.set(flight, (flights.get(flight) ?? 0) + bytes);
      tell();
    };
    try {
      return await put(new URL(input instanceof Request ? input.url : input), {
        headers: new Headers(init.headers),
        body: init.body,
        signal: init.signal ?? undefined,
        count,
      });
    } finally {
      flights.delete(flight);
      tell();
    }
  };
}

interface Put {
  readonly headers: Headers;
  readonly body: Blob;
  readonly signal: AbortSignal | undefined;
  readonly count: (bytes: number) => void;
}

async function put(url: URL, { headers, body, signal, count }: Put): Promise<Response> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const outgoing = request(url, {
    method: "PUT",
    headers: { ...Object.fromEntries(headers), "content-length": body.size },
    timeout: IDLE_MS,
    ...(signal && { signal }),
  });
  outgoing.on("timeout", () =>
    outgoing.destroy(new Error(`No data for ${IDLE_MS / 1000} seconds`)),
  );
  const answered = new Promise<Response>((resolve, reject) => {
    outgoing.on("error", (cause) => {
      // Only the origin: the rest of the URL is a ticket.
      reject(new Error(`${url.origin} did not answer: ${reasonOf(cause)}`, { cause }));
    });
    outgoing.on("response", (response) => void readAnswer(response).then(resolve, reject));
  });
  const source = Readable.from(body.stream());
  source.on("data", (chunk: Uint8Array) => count(chunk.length));
  // A store may refuse before it has read the whole body. Its answer counts, and not the broken pipe.
  const [answer] = await Promise.all([answered, pipeline(source, outgoing).catch(() => undefined)]);
  return answer;
}

async function readAnswer(response: IncomingMessage): Promise<Response> {
  const { etag, "retry-after": retryAfter } = response.headers;
  const headers = { ...(etag && { etag }), ...(retryAfter && { "retry-after": retryAfter }) };
  return new Response(await buffer(response), { status: response.statusCode ?? 0, headers });
}
