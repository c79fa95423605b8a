/** The receiver of the Worker's webhooks. */
import { EventEmitter } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { listen } from "./listen.ts";
import type { Webhook } from "./messages.ts";

interface Receiver {
  readonly url: string;
  /** Returns what has arrived, at the latest when the time is over. */
  readonly waitFor: (count: number) => Promise<readonly Webhook[]>;
  readonly clear: () => void;
  readonly close: () => Promise<void>;
}

const TIMEOUT_MS = 10_000;

export async function openReceiver(): Promise<Receiver> {
  let received: readonly Webhook[] = [];
  const arrivals = new EventEmitter();
  const server = createServer((request, response) => {
    void readWebhook(request).then((webhook) => {
      received = [...received, webhook];
      arrivals.emit("webhook");
      return response.writeHead(204).end();
    });
  });
  const { port, close } = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    waitFor: async (count) =>
      new Promise((done) => {
        const end = () => {
          clearTimeout(timer);
          arrivals.off("webhook", check);
          done(received);
        };
        const check = () => {
          if (received.length >= count) end();
        };
        const timer = setTimeout(end, TIMEOUT_MS);
        arrivals.on("webhook", check);
        check();
      }),
    clear: () => {
      received = [];
    },
    close,
  };
}

async function readWebhook(request: IncomingMessage): Promise<Webhook> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the Worker has sent it
  const message = (await json(request)) as Omit<Webhook, "headers">;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return { ...message, headers };
}
