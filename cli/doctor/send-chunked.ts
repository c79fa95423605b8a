/** Sends a request as bytes on a socket, with a body in chunks beside a Content-Length: no HTTP library sends both (RFC 9112 section 6.1). */
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { readField } from "../../src/store/xml.ts";
import { NoResponse, reasonOf, type Answer } from "./send-request.ts";

interface ChunkedRequest {
  /** All headers but Host, among them the Content-Length that was signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export type SendChunked = (url: string, request: ChunkedRequest) => Promise<Answer>;

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 64 * 1024;

/** Returns a function that sends PUTs. It throws `NoResponse`, or the signal's reason once that is aborted. */
export function createChunkedSender(signal: AbortSignal): SendChunked {
  return async (url, request) => {
    signal.throwIfAborted();
    try {
      return await exchange(new URL(url), request, signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw new NoResponse(`${new URL(url).origin} did not answer: ${reasonOf(cause)}`, { cause });
    }
  };
}

async function exchange(
  url: URL,
  { headers, body }: ChunkedRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const { hostname, protocol, pathname, search, host } = url;
  const isTls = protocol === "https:";
  const at = {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port) || (isTls ? 443 : 80),
  };
  const socket = isTls ? connectTls({ ...at, servername: hostname }) : connect(at);
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error("no answer in time")));
  const end = () => socket.destroy();
  signal.addEventListener("abort", end);
  try {
    const lines = Object.entries({
      ...headers,
      host,
      "transfer-encoding": "chunked",
      connection: "close",
    }).map(([name, value]) => `${name}: ${value}`);
    socket.write([`PUT ${pathname}${search} HTTP/1.1`, ...lines, "\r\n"].join("\r\n"));
    socket.write(`${body.length.toString(16)}\r\n`);
    socket.write(body);
    socket.write("\r\n0\r\n\r\n");
    let received = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      if (received.length > MAX_BYTES || isWhole(received)) break;
    }
    return readAnswer(received);
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
}

const headOf = (received: Buffer): string | undefined => {
  const end = received.indexOf("\r\n\r\n");
  return end < 0 ? undefined : received.subarray(0, end).toString("latin1");
};

/** Whether no more is to come: a server may keep the connection open. */
function isWhole(received: Buffer): boolean {
  const head = headOf(received);
  if (head === undefined) return false;
  const bytes = received.length - head.length - 4;
  const length = /^content-length: *(\d{1,9})$/im.exec(head)?.[1];
  if (length !== undefined) return bytes >= Number(length);
  return received.subarray(-5).equals(Buffer.from("0\r\n\r\n"));
}

/** Throws an error if there is no head of an answer. Leaves the marks of chunks in the text. */
function readAnswer(received: Buffer): Answer {
  const head = headOf(received);
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head ?? "")?.[1];
  if (head === undefined || status === undefined) throw new Error("the connection was closed");
  const headers = new Headers();
  for (const line of head.split("\r\n").slice(1)) {
    const [, name, value] = /^([\w-]{1,200}): *([\x20-\x7e]*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) headers.append(name, value);
  }
  const text = received.subarray(head.length + 4).toString();
  return { status: Number(status), headers, text, code: readField(text, "Code") };
}
