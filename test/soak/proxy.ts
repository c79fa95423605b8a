/** A proxy between everybody and the server: clients, and the Worker on its way to the store. It cuts, delays and falsifies. */
import { once } from "node:events";
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { Random } from "./random.ts";

/** `cut-before`: the request never arrives. `cut-after`: it is carried out, and its answer is lost. */
const STORE_FAULTS = {
  "cut-before": 0.02,
  "cut-after": 0.03,
  "error-503": 0.03,
  nonsense: 0.02,
  slow: 0.04,
  stuck: 0.0005,
} as const;
const API_FAULTS = { "cut-before": 0.01, "cut-after": 0.02, slow: 0.02 } as const;
type Fault = keyof typeof STORE_FAULTS;

const STORE_PATH = "/cdn-cgi/local/r2/s3/";
/** Longer than the Worker waits for a store. */
const STUCK_MS = 11_000;
const NONSENSE = "<!doctype html><title>Under maintenance</title>";

export interface Proxy {
  readonly url: string;
  /** Where requests go; `undefined` while the server is down. */
  upstream: string | undefined;
  isFaulty: boolean;
  readonly faults: Record<string, number>;
  readonly close: () => void;
}

export async function startProxy(random: Random): Promise<Proxy> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    const isStore = incoming.url?.startsWith(STORE_PATH) ?? false;
    const fault = proxy.isFaulty
      ? random.choose<Fault>(
          isStore ? STORE_FAULTS : { ...API_FAULTS, "error-503": 0, nonsense: 0, stuck: 0 },
        )
      : undefined;
    if (fault !== undefined) {
      const name = `${isStore ? "store" : "api"} ${fault}`;
      proxy.faults[name] = (proxy.faults[name] ?? 0) + 1;
    }
    const delayMs = fault === "slow" ? random.between(100, 1500) : fault === "stuck" ? STUCK_MS : 0;
    setTimeout(() => pass(incoming, outgoing, fault), delayMs);
  });
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault | undefined) => {
    if (fault === "cut-before" || proxy.upstream === undefined) {
      incoming.socket.destroy();
      return;
    }
    if (fault === "error-503" || fault === "nonsense") {
      incoming.resume();
      outgoing.writeHead(fault === "nonsense" ? 200 : 503, {
        "content-type": "text/html",
        "content-length": NONSENSE.length,
      });
      outgoing.end(incoming.method === "HEAD" ? undefined : NONSENSE);
      return;
    }
    const { hostname, port } = new URL(proxy.upstream);
    const { method, url: path, headers } = incoming;
    // With the host of the proxy: it is signed, and it is where the Worker finds its store.
    const forwarded = request({ agent, hostname, port, method, path, headers }, (answer) => {
      if (fault === "cut-after") {
        answer.resume().once("end", () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.once("error", () => incoming.socket.destroy());
    });
    forwarded.once("error", () => incoming.socket.destroy());
    incoming.pipe(forwarded);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("The proxy has no port");
  const proxy: Proxy = {
    url: `http://127.0.0.1:${address.port}`,
    upstream: undefined,
    isFaulty: false,
    faults: {},
    close: () => {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
  return proxy;
}
