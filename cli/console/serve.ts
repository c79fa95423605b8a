/** Serves the console on 127.0.0.1, under a path that nobody can guess. It holds the admin token itself. */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { WorkerError } from "../open-uploader.ts";
import type { Html } from "./layout.ts";
import { answerPage, type Console, type PageRequest } from "./pages.ts";
import { STYLE } from "./style.ts";

interface ConsoleOptions extends Console {
  /** 0 for a free one. */
  readonly port: number;
}

interface ServedConsole {
  readonly url: string;
  readonly close: () => void;
}

const MAX_FORM_BYTES = 16 * 1024;
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; img-src data:",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  // The path is a secret: no other site learns it.
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
} as const;

/** Starts the server. Its address has 128 random bits. */
export async function serveConsole({ port, ...options }: ConsoleOptions): Promise<ServedConsole> {
  const secret = randomBytes(16).toString("hex");
  const base = `/${secret}/`;
  const server = createServer((request, response) => {
    void answer(request, response, { base, options }).catch(() => {
      if (!response.headersSent) response.writeHead(500, HEADERS);
      response.end();
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}${base}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Serving {
  readonly base: string;
  readonly options: Omit<ConsoleOptions, "port">;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { base, options }: Serving,
): Promise<void> {
  const origin = `http://127.0.0.1:${request.socket.localPort ?? 0}`;
  const url = new URL(request.url ?? "/", origin);
  // Another name for this address is a page of somebody else (DNS rebinding).
  if (request.headers.host !== new URL(origin).host || !startsWith(url.pathname, base))
    return end(response, 404, "");
  const path = url.pathname.slice(base.length);
  if (request.method === "GET" && path === "style.css")
    return end(response, 200, STYLE, { "content-type": "text/css; charset=utf-8" });
  if (request.method === "POST" && !isOwnForm(request, origin)) return end(response, 403, "");
  if (request.method !== "GET" && request.method !== "POST") return end(response, 405, "");
  const page = await answerPage(await toPageRequest(request, { base, path, url }), options);
  if ("location" in page) return end(response, 303, "", page);
  return end(response, page.status, await rendered(page.content), {
    "content-type": "text/html; charset=utf-8",
  });
}

const rendered = async (content: Html): Promise<string> => String(await content);

function startsWith(path: string, base: string): boolean {
  const start = Buffer.from(path.slice(0, base.length).padEnd(base.length));
  const wanted = Buffer.from(base);
  return start.length === wanted.length && timingSafeEqual(start, wanted);
}

/** Browsers send the origin with a form. */
function isOwnForm({ headers }: IncomingMessage, origin: string): boolean {
  return headers.origin === origin;
}

async function toPageRequest(
  request: IncomingMessage,
  { base, path, url }: { readonly base: string; readonly path: string; readonly url: URL },
): Promise<PageRequest> {
  const form = request.method === "POST" ? await readForm(request) : undefined;
  return {
    method: form ? "POST" : "GET",
    base,
    path,
    here: path + url.search,
    fields: form ?? url.searchParams,
    cookie: request.headers.cookie ?? "",
    acceptLanguage: request.headers["accept-language"] ?? "",
  };
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (Number(request.headers["content-length"] ?? Infinity) > MAX_FORM_BYTES)
    throw new WorkerError("The form is too large");
  return new URLSearchParams(await text(request));
}

function end(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...HEADERS, ...headers });
  response.end(body);
}
