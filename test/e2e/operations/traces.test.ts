/** Traces as Cloudflare's own runtime has them: it sends them to a tail Worker. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askForTicket, bytesOf, put, tokenFor } from "../support/server.ts";
import { startTraced, type Span, type TracedServer } from "../support/traces.ts";

const BODY = bytesOf("hello, store");
const LIMITED = {
  policy: "limited",
  filename: "secret-name.png",
  contentType: "image/png",
  size: BODY.length,
} as const;
const token = tokenFor("alice");
const isOurs = ({ name }: Span) => /^(store|ledger) /.test(name);

async function post(server: TracedServer, path: string, body?: object): Promise<Response> {
  return fetch(server.url + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** A ticket, its PUT, its completion, and a refusal. */
async function exercise(server: TracedServer): Promise<readonly Span[]> {
  const ticket = await askForTicket(server, token, LIMITED);
  expect((await put(ticket, BODY)).status).toBe(200);
  expect((await post(server, `/v1/uploads/${ticket.id}/complete`)).status).toBe(200);
  expect((await post(server, "/v1/uploads", { ...LIMITED, size: 10 ** 9 })).status).toBe(413);
  // Traces arrive after the answers.
  return vi.waitFor(async () => {
    const spans = await server.readSpans();
    const over = spans.filter(({ name, isOver }) => isOver && name.startsWith("POST /v1/"));
    if (over.length < 3) throw new Error("A trace is missing");
    return spans;
  });
}

describe("a traced request", () => {
  let server: TracedServer;
  let spans: readonly Span[];
  beforeAll(async () => {
    server = await startTraced("on");
    spans = await exercise(server);
  });
  afterAll(async () => server.close());

  it("has spans around the calls of ledgers and stores, and no others of its own", () => {
    expect(spans.filter(isOurs).map(({ name, parent }) => [name, parent?.split("/")[2]])).toEqual([
      ["ledger reserve", "uploads"],
      ["ledger find", "uploads"],
      ["store HEAD", "uploads"],
      ["ledger settle", "uploads"],
    ]);
  });

  it("says on its own span what it was about, and what became of it", () => {
    const own = spans.filter(({ attributes }) => attributes["presigner.route"] !== undefined);
    expect(own.map(({ attributes }) => attributes)).toMatchObject([
      {
        "presigner.route": "/v1/uploads",
        "presigner.policy": "limited",
        "presigner.store": "local",
        "presigner.code": "ok",
        "presigner.status": 201,
        "presigner.bytes": BODY.length,
        "presigner.requestId": expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        "presigner.caller": expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      },
      { "presigner.route": "/v1/uploads/:id/complete", "presigner.code": "ok" },
      { "presigner.code": "too-large", "presigner.status": 413, "presigner.refused": 1 },
    ]);
    const written = JSON.stringify(own.map(({ attributes }) => attributes));
    for (const text of ["secret-name", token, "http", "Signature"])
      expect(written).not.toContain(text);
  });

  it("says nothing in the log", () => {
    expect(server.readLog().join("\n")).not.toContain('"event":"request"');
  });
});

describe("without traces in the configuration", () => {
  it("Cloudflare's own spans are all that there is", async () => {
    const server = await startTraced("off");
    const spans = await exercise(server);
    expect(spans.filter(isOurs)).toEqual([]);
    expect(JSON.stringify(spans)).not.toContain("presigner.");
    await server.close();
  });
});
