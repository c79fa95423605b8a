/** An HTTP proxy that passes requests on, and drops the connections that a test chooses. */
import {
  createServer,
  request as send,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** `cut`: the connection breaks while the body is sent. `lose`: the answer is lost. A number: a delay in ms. */
type Fault = "cut" | "lose" | number | undefined;

export interface Proxy {
  readonly address: string;
  /** "METHOD path?query" of each request, in their order. */
  readonly seen: readonly string[];
  readonly close: () => Promise<void>;
}

const CUT_AT_BYTES = 100_000;

export async function startProxy(
  faultOf: (line: string, count: number) => Fault = () => undefined,
): Promise<Proxy> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "");
    const line = `${request.method} ${url.pathname}${url.search}`;
    seen.push(line);
    const same = seen.filter((other) => other.split("?")[0] === line.split("?")[0]);
    const fault = faultOf(line, same.length);
    if (fault === "cut") cut(request);
    else setTimeout(() => passOn(url, request, response, fault), Number(fault ?? 0) || 0);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function cut(request: IncomingMessage): void {
  let received = 0;
  request.on("data", (chunk: Buffer) => {
    received += chunk.length;
    if (received >= CUT_AT_BYTES) request.socket.destroy();
  });
  request.on("end", () => request.socket.destroy());
}

function passOn(url: URL, request: IncomingMessage, response: ServerResponse, fault: Fault): void {
  const { hostname: host, port } = url;
  const options = { host, port, path: url.pathname + url.search, method: request.method ?? "" };
  const onward = send({ ...options, headers: request.headers, setHost: false }, (answer) => {
    if (fault === "lose") {
      answer.resume();
      answer.on("end", () => request.socket.destroy());
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => request.socket.destroy());
  request.on("error", () => onward.destroy());
  request.pipe(onward);
}
