import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  askForTicket,
  bytesOf,
  call,
  put,
  startScanned,
  tokenFor,
  type Server,
  type Ticket,
} from "../support/server.ts";

const SCANNER_SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
const alice = tokenFor("alice");

interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
}
type Answer = (asked: Asked, response: ServerResponse) => void | Promise<void>;

const clean: Answer = ({ etag }, response) =>
  void response.end(JSON.stringify({ verdict: "clean", etag }));

let answer: Answer = clean;
const scanner = createServer((request: IncomingMessage, response) => {
  void (async () => {
    const body = await text(request);
    const headers = request.headers as Record<string, string>;
    const asked = new Webhook(SCANNER_SECRET).verify(body, headers) as Asked;
    await answer(asked, response);
  })();
});

let server: Server;
beforeAll(async () => {
  scanner.listen(0, "127.0.0.1");
  await once(scanner, "listening");
  const address = scanner.address();
  if (!address || typeof address === "string") throw new Error("The scanner has no port");
  server = await startScanned({ SCANNER_URL: `http://127.0.0.1:${address.port}/`, SCANNER_SECRET });
});
afterAll(async () => {
  await server.close();
  scanner.closeAllConnections();
  scanner.close();
});
beforeEach(() => {
  answer = clean;
});

async function send(policy: string, content: string): Promise<Ticket> {
  const bytes = bytesOf(content);
  const body = { policy, filename: "a.txt", contentType: "text/plain", size: bytes.length };
  const ticket = await askForTicket(server, alice, body);
  expect(await put(ticket, bytes)).toMatchObject({ status: 200 });
  return ticket;
}

const complete = async ({ id }: Ticket) =>
  call(server, alice, "POST", `/v1/uploads/${id}/complete`);

describe("a scanner behind a service binding", () => {
  it("reads the pending file with what it is given, and promotes it", async () => {
    const ticket = await send("bound", "hello");
    expect(await complete(ticket)).toMatchObject({ status: 200, body: { key: ticket.key } });
    expect(await server.read(ticket.key)).toMatchObject({ bytes: bytesOf("hello") });
  });

  it("rejects what it finds", async () => {
    const ticket = await send("bound", "this is INFECTED");
    const rejected = await complete(ticket);
    expect(rejected).toMatchObject({ status: 422, body: { upload: "rejected" } });
    expect(rejected.body["detail"]).toContain("scanner: Test.Found");
    expect(await server.read(ticket.key)).toBeUndefined();
    const download = { policy: "bound", key: ticket.key };
    expect(await call(server, alice, "POST", "/v1/downloads", download)).toMatchObject({
      status: 404,
    });
  });
});

describe("a scanner over HTTP", () => {
  it("is given a URL for the one object that it is asked about", async () => {
    const statuses: number[] = [];
    answer = async (asked, response) => {
      const { url, headers, etag } = asked;
      statuses.push((await fetch(url, { headers })).status);
      statuses.push((await fetch(url)).status);
      const other = { "if-match": '"00000000000000000000000000000000"' };
      statuses.push((await fetch(url, { headers: other })).status);
      statuses.push((await fetch(url, { method: "DELETE", headers })).status);
      statuses.push((await fetch(url.replace("/pending/", "/"), { headers })).status);
      return clean({ ...asked, etag }, response);
    };
    expect(await complete(await send("asked", "hello"))).toMatchObject({ status: 200 });
    expect(statuses).toEqual([200, 403, 403, 403, 403]);
  });

  it("that is slow lets the client ask again after 10 seconds, and then the file is promoted", async () => {
    answer = async (asked, response) => {
      await new Promise((resolve) => setTimeout(resolve, 14_000));
      return clean(asked, response);
    };
    const ticket = await send("asked", "slow");
    const startedAt = Date.now();
    const first = await complete(ticket);
    const seconds = (Date.now() - startedAt) / 1000;
    expect(first).toMatchObject({
      status: 202,
      body: { status: "pending", key: ticket.key, retryAfter: 2 },
    });
    expect(seconds).toBeGreaterThan(9.5);
    expect(seconds).toBeLessThan(13);
    expect(await server.read(ticket.key)).toBeUndefined();
    // The first promotion is under way: nobody asks the scanner a second time.
    answer = () => {
      throw new Error("The scanner is asked twice");
    };
    expect(await complete(ticket)).toMatchObject({ status: 202 });
    await expect
      .poll(async () => (await complete(ticket)).status, { timeout: 15_000, interval: 1000 })
      .toBe(200);
    expect(await server.read(ticket.key)).toMatchObject({ bytes: bytesOf("slow") });
  });

  it("that never answers promotes nothing, within the time that a client waits", async () => {
    answer = () => undefined;
    const ticket = await send("asked", "never");
    const startedAt = Date.now();
    expect(await complete(ticket)).toMatchObject({ status: 202 });
    expect(Date.now() - startedAt).toBeLessThan(13_000);
    expect(await server.read(ticket.key)).toBeUndefined();
    expect(await call(server, alice, "GET", `/v1/uploads/${ticket.id}`)).toMatchObject({
      body: { status: "pending" },
    });
  });

  it("that answers without end is cut off", async () => {
    answer = (_, response) => {
      const timer = setInterval(() => response.write(" ".repeat(10_000)), 20);
      response.on("close", () => clearInterval(timer));
    };
    const startedAt = Date.now();
    expect(await complete(await send("asked", "endless"))).toMatchObject({
      status: 202,
      body: { retryAfter: 15 },
    });
    expect(Date.now() - startedAt).toBeLessThan(9000);
  });
});
