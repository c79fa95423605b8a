/** Stands before the Worker and its embedded store, so that the store can fail for apps and for the Worker. */
import {
  createServer,
  request as send,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { listen } from "./listen.ts";
import type { StoreFailure } from "./messages.ts";

interface Proxy {
  readonly url: string;
  readonly connectTo: (target: URL) => void;
  readonly breakStore: (failure: StoreFailure | undefined) => void;
  readonly close: () => Promise<void>;
}

const STORE_PATH = "/cdn-cgi/local/r2/s3/";

export async function openProxy(first: URL): Promise<Proxy> {
  let target = first;
  let failure: StoreFailure | undefined;
  let failed = 0;
  const isBroken = ({ url = "", method = "" }: IncomingMessage) => {
    if (!failure || !url.startsWith(STORE_PATH) || method === "OPTIONS") return false;
    const { methods, times = Infinity } = failure;
    if ((methods && !methods.includes(method)) || failed >= times) return false;
    failed += 1;
    return true;
  };
  const server = createServer((request, response) => {
    if (failure && isBroken(request)) fail(failure, request, response);
    else forward(target, request, response);
  });
  const { port, close } = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    connectTo: (next) => {
      target = next;
    },
    breakStore: (next) => {
      failure = next;
      failed = 0;
    },
    close,
  };
}

/** The host stays: it is a part of what is signed. */
function forward(target: URL, request: IncomingMessage, response: ServerResponse): void {
  const { method, url, rawHeaders } = request;
  const upstream = send(
    {
      host: target.hostname,
      port: target.port,
      ...(method !== undefined && { method }),
      ...(url !== undefined && { path: url }),
      headers: rawHeaders,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    },
  );
  upstream.on("error", () => response.destroy());
  response.on("close", () => upstream.destroy());
  request.pipe(upstream);
}

function fail(
  { status = 503, code = "ServiceUnavailable" }: StoreFailure,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (status === "hang-up") {
    response.destroy();
    return;
  }
  // Pages may read it, as they may read the answers of the store.
  const headers = { "content-type": "application/xml", "access-control-allow-origin": "*" };
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>The test has broken the store</Message></Error>`;
  request.resume();
  response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : body);
}
