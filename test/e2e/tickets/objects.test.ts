import { parse } from "content-disposition";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askForTicket,
  bytesOf,
  call,
  put,
  startServer,
  tokenFor,
  type Server,
  type Ticket,
} from "../support/server.ts";
import { itWith } from "../support/store.ts";

let server: Server;
let u1: string;
let u10: string;
beforeAll(async () => {
  server = await startServer();
  u1 = tokenFor("u1");
  u10 = tokenFor("u10");
});
afterAll(async () => server.close());

const BODY = bytesOf("what is read back");
const DOCUMENT = {
  policy: "document",
  filename: '여행 "기록".txt',
  contentType: "text/plain",
  size: BODY.length,
};

async function upload(token: string, body: object = DOCUMENT): Promise<Ticket> {
  const ticket = await askForTicket(server, token, body);
  expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
  return ticket;
}

const ticketFor = async (token: string, body: object) =>
  call(server, token, "POST", "/v1/downloads", { policy: "document", ...body });

describe("a download", () => {
  it("reads the caller's own object, byte for byte", async () => {
    const { key } = await upload(u1);
    const { status, body } = await ticketFor(u1, { key });
    expect(status).toBe(200);
    expect(body).toMatchObject({ method: "GET", key, headers: {}, expiresIn: 300 });
    const response = await fetch(String(body["url"]));
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(BODY);
  });

  itWith(
    "response-headers",
    "is a file to be saved under its own name, or the name that was asked for",
    async () => {
      const { key } = await upload(u1);
      const dispositionOf = async (body: object) => {
        const ticket = await ticketFor(u1, { key, ...body });
        const response = await fetch(String(ticket.body["url"]));
        await response.arrayBuffer();
        return parse(response.headers.get("content-disposition") ?? "");
      };
      expect(await dispositionOf({})).toMatchObject({
        type: "attachment",
        parameters: { filename: DOCUMENT.filename },
      });
      expect(await dispositionOf({ filename: "보고서 (1).txt" })).toMatchObject({
        parameters: { filename: "보고서 (1).txt" },
      });
      expect(await dispositionOf({ disposition: "inline" })).toMatchObject({ type: "inline" });
    },
  );

  it("can be a HEAD, and then reads nothing", async () => {
    const { key } = await upload(u1);
    const { body } = await ticketFor(u1, { key, method: "HEAD" });
    expect(body).toMatchObject({ method: "HEAD" });
    const head = await fetch(String(body["url"]), {
      method: "HEAD",
      headers: { "accept-encoding": "identity" },
    });
    expect(head.status).toBe(200);
    expect((await fetch(String(body["url"]))).status).toBeGreaterThanOrEqual(400);
  });

  it("reaches no neighbour: u1 not u10, u10 not u1", async () => {
    const [mine, theirs] = [await upload(u1), await upload(u10)];
    for (const [token, key] of [
      [u1, theirs.key],
      [u10, mine.key],
      [u1, mine.key.replace("/u1/", "/u1/../u10/")],
      [u1, "documents/u1"],
      [u1, mine.key.replace("documents", "photos")],
    ] as const) {
      const { status, body } = await ticketFor(token, { key });
      expect([status, body["code"]]).toEqual([403, "key-outside-prefix"]);
    }
  });

  it("is refused where the policy gives nothing to read", async () => {
    const { status, body } = await call(server, u1, "POST", "/v1/downloads", {
      policy: "avatar",
      key: "avatars/u1/00000000-0000-4000-8000-000000000000.png",
    });
    expect([status, body["code"]]).toEqual([403, "forbidden"]);
  });
});

describe("a deletion", () => {
  it("takes the caller's own object away, once and again", async () => {
    const { key } = await upload(u1);
    const remove = async (token: string) =>
      call(server, token, "DELETE", "/v1/objects", { policy: "document", key });
    expect((await remove(u10)).body).toMatchObject({ status: 403, code: "key-outside-prefix" });
    expect(await server.read(key)).toBeDefined();
    expect((await remove(u1)).status).toBe(204);
    expect(await server.read(key)).toBeUndefined();
    expect((await remove(u1)).status).toBe(204);
  });
});

describe("a batch", () => {
  it("gives what can be given, and a problem for the rest", async () => {
    const png = { policy: "photo", filename: "a.png", contentType: "image/png", size: BODY.length };
    const { status, body } = await call(server, u1, "POST", "/v1/uploads/batch", {
      uploads: [
        png,
        { ...png, size: 10_000_001 },
        "nothing",
        { ...png, policy: "limited" },
        { ...png, contentType: "text/html" },
      ],
    });
    expect(status).toBe(200);
    const results = body["results"] as {
      status: number;
      upload?: Ticket;
      problem?: { code: string };
    }[];
    expect(results.map((result) => [result.status, result.problem?.code])).toEqual([
      [201, undefined],
      [413, "too-large"],
      [422, "invalid-request"],
      [201, undefined],
      [415, "type-not-allowed"],
    ]);
    for (const ticket of results.flatMap((result) => result.upload ?? [])) {
      expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    }
  });
});
