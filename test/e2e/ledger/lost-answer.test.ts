import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOf, call, put, startFixture, tokenFor, type Server } from "../support/server.ts";

let server: Server;
beforeAll(async () => {
  server = await startFixture();
});
afterAll(async () => server.close());

/** A connection that breaks when the Worker has answered: as often as a test says, and then no more. */
async function startBreakingProxy(breaks: number) {
  let left = breaks;
  let forwarded = 0;
  const proxy = createServer((incoming, outgoing) => {
    const { method, url = "/", headers } = incoming;
    const target = new URL(url, server.url);
    const forward = httpRequest(target, { method, headers: { ...headers, host: target.host } });
    forward.on("response", (response) => {
      forwarded += 1;
      if (left > 0) {
        left -= 1;
        response.resume().on("end", () => outgoing.destroy());
        return;
      }
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    incoming.pipe(forward);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  if (!address || typeof address === "string") throw new Error("The proxy has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    forwarded: () => forwarded,
    close: () => void proxy.close(),
  };
}

interface Ticket {
  readonly id: string;
  readonly key: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly multipart: { readonly uploadId: string; readonly parts: readonly Ticket[] };
  readonly quota: Readonly<Record<string, { readonly limit: number; readonly remaining: number }>>;
}

/** Sends a request until it is answered. */
async function insist<T>(url: string, user: string, body: object, headers: object): Promise<T> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
      const response = await fetch(url, {
        method: "POST",
        headers: {
          authorization: `Bearer ${tokenFor(user)}`,
          "content-type": "application/json",
          connection: "close",
          ...headers,
        },
        body: JSON.stringify(body),
      });
      return (await response.json()) as T;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  throw new Error("There was no answer");
}

const uploadsOf = async (user: string) => {
  const { body } = await call(server, tokenFor(user), "GET", "/v1/uploads");
  return body["uploads"] as readonly { readonly id: string; readonly status: string }[];
};
const newKey = () => ({ "idempotency-key": `"${crypto.randomUUID()}"` });
const PNG = { policy: "limited", contentType: "image/png", size: 5 };

describe("a request whose connection broke twice after it was processed", () => {
  it("reserves three times without an Idempotency-Key", async () => {
    const proxy = await startBreakingProxy(2);
    const { quota } = await insist<Ticket>(`${proxy.url}/v1/uploads`, "without", PNG, {});
    expect(proxy.forwarded()).toBe(3);
    expect(quota["pending"]).toEqual({ limit: 50, remaining: 47 });
    expect(await uploadsOf("without")).toHaveLength(3);
    proxy.close();
  });

  it("reserves once with one, and its ticket stores the file", async () => {
    const proxy = await startBreakingProxy(2);
    const ticket = await insist<Ticket>(`${proxy.url}/v1/uploads`, "with", PNG, newKey());
    expect(proxy.forwarded()).toBe(3);
    expect(ticket.quota["pending"]).toEqual({ limit: 50, remaining: 49 });
    expect((await put(ticket, bytesOf("hello"))).status).toBe(200);
    const path = `/v1/uploads/${ticket.id}/complete`;
    expect(await call(server, tokenFor("with"), "POST", path)).toMatchObject({
      status: 200,
      body: { key: ticket.key },
    });
    expect(await uploadsOf("with")).toMatchObject([{ status: "completed" }]);
    proxy.close();
  });

  it("creates one multipart upload, whose parts can be sent", async () => {
    const proxy = await startBreakingProxy(2);
    const film = { policy: "clip", contentType: "video/mp4", size: 5, multipart: true };
    const { id, multipart } = await insist<Ticket>(
      `${proxy.url}/v1/uploads`,
      "parts",
      film,
      newKey(),
    );
    expect(await uploadsOf("parts")).toHaveLength(1);
    const [part] = multipart.parts;
    if (!part) throw new Error("There is no part");
    const { status, etag } = await put(part, bytesOf("hello"));
    expect(status).toBe(200);
    const parts = [{ partNumber: 1, etag }];
    const path = `/v1/uploads/${id}/complete`;
    expect((await call(server, tokenFor("parts"), "POST", path, { parts })).status).toBe(200);
    proxy.close();
  });

  it("creates each upload of a batch once", async () => {
    const proxy = await startBreakingProxy(2);
    const uploads = [PNG, PNG, PNG];
    const { results } = await insist<{ results: readonly { readonly upload: Ticket }[] }>(
      `${proxy.url}/v1/uploads/batch`,
      "batch",
      { uploads },
      newKey(),
    );
    const listed = new Set((await uploadsOf("batch")).map(({ id }) => id));
    expect(new Set(results.map(({ upload }) => upload.id))).toEqual(listed);
    expect(listed.size).toBe(3);
    proxy.close();
  });
});
