/** A receiver of webhooks that fails at times, and verifies what it gets with the standardwebhooks package. */
import { once } from "node:events";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import type { Random } from "./random.ts";

const FAULTS = { "error-500": 0.1, hang: 0.03, "cut-after": 0.03 } as const;
const HANG_MS = 1000;

export interface Receiver {
  readonly url: string;
  isFaulty: boolean;
  /** How often each message was accepted, by its id. */
  readonly accepted: Map<string, number>;
  /** Messages whose signature was wrong. */
  readonly forged: string[];
  readonly faults: Record<string, number>;
  readonly close: () => void;
}

export async function startReceiver(random: Random): Promise<Receiver> {
  const webhook = new Webhook(DEVELOPMENT_SECRETS.WEBHOOK_SECRET);
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      let body = "";
      for await (const chunk of incoming) body += String(chunk);
      const fault = receiver.isFaulty ? random.choose(FAULTS) : undefined;
      if (fault !== undefined) receiver.faults[fault] = (receiver.faults[fault] ?? 0) + 1;
      if (fault === "error-500") {
        outgoing.writeHead(500).end();
        return;
      }
      if (fault === "hang") {
        setTimeout(() => incoming.socket.destroy(), HANG_MS);
        return;
      }
      const id = String(incoming.headers["webhook-id"]);
      try {
        webhook.verify(body, incoming.headers as Record<string, string>);
      } catch {
        receiver.forged.push(id);
      }
      receiver.accepted.set(id, (receiver.accepted.get(id) ?? 0) + 1);
      if (fault === "cut-after") incoming.socket.destroy();
      else outgoing.writeHead(204).end();
    })().catch(() => incoming.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("The receiver has no port");
  const receiver: Receiver = {
    url: `http://127.0.0.1:${address.port}/hook`,
    isFaulty: true,
    accepted: new Map(),
    forged: [],
    faults: {},
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return receiver;
}
