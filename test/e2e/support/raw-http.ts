/** HTTP/1.1 as bytes on a socket: nothing is added, left out, or put into another order. */
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";

export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  /** As it leaves: chunked already, where the headers say so. */
  readonly body: Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const LIMIT_BYTES = 2 ** 20;
const LIMIT_MS = 20_000;

/** Sends one request on a connection of its own. Refuses an answer of more than 1 MiB, or none within 20 seconds. */
export async function sendRaw(host: string, request: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(`http://${host}`);
  const head = [
    `${request.method} ${request.target} HTTP/1.1`,
    ...request.headers.map(([name, value]) => `${name}: ${value}`),
    "\r\n",
  ].join("\r\n");
  const socket = connect({ host: hostname, port: Number(port) });
  socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error("No answer in time")));
  try {
    socket.write(Buffer.from(head, "latin1"));
    socket.write(request.body);
    let received = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      if (received.length > LIMIT_BYTES) throw new Error("The answer is too long");
      const answer = parseAnswer(received);
      if (answer) return answer;
    }
    throw new Error(`The connection ended before an answer did: ${received.length} bytes`);
  } finally {
    socket.destroy();
  }
}

/** A body in chunks (RFC 9112 section 7.1), here of one. */
export function chunked(body: Uint8Array): Uint8Array {
  return Buffer.concat([
    Buffer.from(`${body.length.toString(16)}\r\n`),
    body,
    Buffer.from("\r\n0\r\n\r\n"),
  ]);
}

/** `undefined` until all of it is there. */
function parseAnswer(received: Buffer): RawAnswer | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [line = "", ...fields] = received.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(line.split(" ")[1]);
  const headers = new Headers(
    fields.map((field): [string, string] => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon), field.slice(colon + 1).trim()];
    }),
  );
  if (status === 100) return parseAnswer(received.subarray(end + 4));
  const body = bodyIn(received.subarray(end + 4), status, headers);
  if (!body) return undefined;
  const isZipped = body.length > 0 && headers.get("content-encoding") === "gzip";
  const plain = isZipped ? gunzipSync(body) : body;
  return { status, headers, text: plain.toString() };
}

function bodyIn(rest: Buffer, status: number, headers: Headers): Buffer | undefined {
  if (status === 204) return Buffer.alloc(0);
  if (headers.get("transfer-encoding") === "chunked") return unchunk(rest);
  const length = Number(headers.get("content-length") ?? 0);
  return rest.length >= length ? rest.subarray(0, length) : undefined;
}

function unchunk(rest: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  let offset = 0;
  for (;;) {
    const end = rest.indexOf("\r\n", offset);
    if (end < 0) return undefined;
    const length = Number.parseInt(rest.subarray(offset, end).toString(), 16);
    if (length === 0) return Buffer.concat(chunks);
    if (rest.length < end + 2 + length + 2) return undefined;
    chunks.push(rest.subarray(end + 2, end + 2 + length));
    offset = end + 2 + length + 2;
  }
}
