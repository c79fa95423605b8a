/** A real receiver of webhooks, which does with each user's what a test tells it to. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly type: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  readonly answers: Map<string, (attempt: number, response: ServerResponse) => void>;
  /** The webhooks of a user, as soon as there are so many. */
  readonly waitFor: (user: string, count: number) => Promise<readonly Received[]>;
  readonly close: () => void;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: Receiver["answers"] = new Map();
  const receiver = createServer((request, response) => {
    void (async () => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const { type, data } = JSON.parse(body) as Pick<Received, "type" | "data">;
      received.push({ headers: request.headers, body, type, data });
      const user = String(data["user"]);
      const attempt = received.filter((one) => one.data["user"] === user).length;
      const answer = answers.get(user);
      if (answer) answer(attempt, response);
      else response.writeHead(204).end();
    })();
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const address = receiver.address();
  if (!address || typeof address === "string") throw new Error("The receiver has no port");
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    received,
    answers,
    async waitFor(user, count) {
      const deadline = Date.now() + 50_000;
      for (;;) {
        const own = received.filter(({ data }) => data["user"] === user);
        if (own.length >= count) return own;
        if (Date.now() > deadline)
          throw new Error(`${own.length} webhooks for ${user}, ${count} were expected`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    close: () => void receiver.close(),
  };
}
