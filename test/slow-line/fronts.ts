/**
 * Two addresses before the Worker and its embedded store, as in production: a browser has six
 * connections to each. They count what passes.
 */
import {
  createServer,
  request as send,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { listen } from "../../testing/listen.ts";

export interface Counts {
  /** Requests to the Worker, without preflights. */
  readonly requests: number;
  /** Tickets that the Worker has given: of files and of parts. */
  readonly tickets: number;
  /** Bytes of PUTs that have arrived at the store. */
  readonly putBytes: number;
  /** Those of PUTs that were answered with 200. */
  readonly storedBytes: number;
  /** PUTs that the store has answered, by status. */
  readonly puts: Readonly<Record<number, number>>;
}

export interface Fronts {
  readonly serviceUrl: string;
  readonly storeUrl: string;
  readonly readCounts: () => Counts;
  /** Cuts every connection, and takes no other one until the network is back. */
  readonly setCut: (isCut: boolean) => void;
  readonly close: () => Promise<void>;
}

export async function openFronts(target: URL): Promise<Fronts> {
  let requests = 0;
  let tickets = 0;
  let putBytes = 0;
  let storedBytes = 0;
  const puts: Record<number, number> = {};
  let isCut = false;

  const store = createServer((request, response) => {
    if (request.method === "PUT") {
      let bytes = 0;
      request.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        putBytes += chunk.length;
      });
      response.on("finish", () => {
        puts[response.statusCode] = (puts[response.statusCode] ?? 0) + 1;
        if (response.statusCode === 200) storedBytes += bytes;
      });
    }
    forward(target, request, response);
  });
  const atStore = await listen(store);
  // What is signed, and where the Worker looks: the host of the store.
  const host = `127.0.0.1:${atStore.port}`;
  const service = createServer((request, response) => {
    if (request.method !== "OPTIONS") requests += 1;
    forward(target, request, response, {
      host,
      onText: (text) => void (tickets += countTickets(text)),
    });
  });
  const atService = await listen(service);
  for (const server of [service, store])
    server.on("connection", (socket) => void (isCut && socket.destroy()));
  return {
    serviceUrl: `http://127.0.0.1:${atService.port}`,
    storeUrl: `http://${host}`,
    readCounts: () => ({ requests, tickets, putBytes, storedBytes, puts: { ...puts } }),
    setCut(value) {
      isCut = value;
      if (isCut) for (const server of [service, store]) server.closeAllConnections();
    },
    close: async () => void (await Promise.all([atService.close(), atStore.close()])),
  };
}

interface ForwardOptions {
  readonly host?: string;
  readonly onText?: (text: string) => void;
}

function forward(
  target: URL,
  request: IncomingMessage,
  response: ServerResponse,
  { host, onText }: ForwardOptions = {},
): void {
  const { method = "GET", url: path = "/", headers } = request;
  const upstream = send(
    {
      host: target.hostname,
      port: target.port,
      method,
      path,
      // What is counted must not be compressed.
      headers: host === undefined ? headers : { ...headers, host, "accept-encoding": "identity" },
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
      if (onText) void collect(answer).then(onText, () => undefined);
    },
  );
  upstream.on("error", () => response.destroy());
  response.on("close", () => upstream.destroy());
  // The store judges a ticket when the request begins, not when its body has come.
  upstream.flushHeaders();
  request.pipe(upstream);
}

async function collect(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Counts what is signed to be sent: every `url` with a signature in the answer. */
function countTickets(text: string): number {
  return text.match(/X-Amz-Signature=/g)?.length ?? 0;
}
