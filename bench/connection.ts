/**
 * Sends requests over one keep-alive connection, one at a time. It writes bytes to a socket:
 * `node:http` takes as much CPU time as a null Worker, and would be measured too.
 */
import { connect } from "node:net";

export interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Connection {
  /** Sends the request and returns the answer. Call it again only after the answer. */
  readonly exchange: (request: Buffer) => Promise<Answer>;
  readonly close: () => void;
}

const HOST = "127.0.0.1";
const TIMEOUT_MS = 30_000;

export function openConnection(port: number): Connection {
  let socket = openSocket(port);
  return {
    async exchange(request) {
      // workerd closes a connection that has rested for five seconds.
      if (socket.isClosed()) socket = openSocket(port);
      return socket.exchange(request);
    },
    close: () => socket.close(),
  };
}

function openSocket(port: number): Connection & { readonly isClosed: () => boolean } {
  const socket = connect({ host: HOST, port, noDelay: true, timeout: TIMEOUT_MS });
  let waiting: PromiseWithResolvers<Answer> | undefined;
  let received = "";

  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
    const answer = decode(received);
    if (!answer) return;
    received = "";
    waiting?.resolve(answer);
  });
  socket.on("timeout", () => socket.destroy(new Error(`No data for ${TIMEOUT_MS / 1000} seconds`)));
  socket.on("error", (error) => waiting?.reject(error));
  socket.on("end", () => socket.destroy());
  socket.on("close", () => waiting?.reject(new Error("The connection was closed")));

  return {
    isClosed: () => socket.destroyed,
    async exchange(request) {
      waiting = Promise.withResolvers();
      socket.write(request);
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}

/** Returns the bytes of a request; a body is sent as JSON. */
export function encode({ method, path, headers, body }: Call): Buffer {
  const json = body === undefined ? "" : JSON.stringify(body);
  const fields = {
    host: "uploads.acme.dev",
    ...headers,
    ...(json && { "content-type": "application/json", "content-length": Buffer.byteLength(json) }),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${json}`);
}

/** Returns the answer, or `undefined` if it is incomplete. Throws for an answer without Content-Length. */
function decode(received: string): Answer | undefined {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = received.slice(0, headEnd);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`Cannot read an answer without a length:\n${head}`);
  const body = received.slice(headEnd + 4);
  if (body.length < Number(length)) return undefined;
  return { status: Number(head.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length)), body };
}
