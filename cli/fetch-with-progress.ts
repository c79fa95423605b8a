/** `fetch` whose PUTs tell how far they are: with `node:http`, as that of Node.js tells nothing before the answer. */
import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { reasonOf } from "./doctor/send-request.ts";

/** How many bytes of all PUTs that are not answered yet have left. */
export type OnFlight = (bytes: number) => void;

/** Without a byte for this long, the store is taken for gone. */
const IDLE_MS = 60_000;

export function createCountedFetch(onFlight: OnFlight): typeof fetch {
  const flights = new Map<symbol, number>();
  const tell = () => onFlight([...flights.values()].reduce((sum, bytes) => sum + bytes, 0));
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
  outgoing.on("timeout", () => outgoing.destroy(new Error(`No answer in ${IDLE_MS} ms`)));
  const answered = new Promise<Response>((resolve, reject) => {
    outgoing.on("error", (cause) => {
      // No more than the origin: the rest of the URL is a ticket.
      reject(new Error(`${url.origin} gave no answer: ${reasonOf(cause)}`, { cause }));
    });
    outgoing.on("response", (response) => void readAnswer(response).then(resolve, reject));
  });
  const source = Readable.from(body.stream());
  source.on("data", (chunk: Uint8Array) => count(chunk.length));
  // A store may refuse before it has read everything: its answer is what counts.
  const [answer] = await Promise.all([answered, pipeline(source, outgoing).catch(() => undefined)]);
  return answer;
}

async function readAnswer(response: IncomingMessage): Promise<Response> {
  const { etag, "retry-after": retryAfter } = response.headers;
  const headers = { ...(etag && { etag }), ...(retryAfter && { "retry-after": retryAfter }) };
  return new Response(await buffer(response), { status: response.statusCode ?? 0, headers });
}
