import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askForTicket,
  bytesOf,
  call,
  put,
  startFixture,
  tokenFor,
  type Answer,
  type Server,
  type Ticket,
} from "../support/server.ts";
import { itWith } from "../support/store.ts";

let server: Server;
beforeAll(async () => {
  server = await startFixture();
});
afterAll(async () => server.close());

/** A picture of one pixel, without the pixel. */
const PNG = Uint8Array.from(
  Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAAElFTkSuQmCC", "base64"),
);
const MP4 = new Uint8Array(6_000_000).fill(1);
MP4.set(bytesOf("\0\0\0\x18ftypisom\0\0\0\0isommp42"));
const image = (size: number, fields: object = {}) => ({
  policy: "quarantined",
  filename: "a.png",
  contentType: "image/png",
  size,
  ...fields,
});

const complete = async (user: string, { id }: Pick<Ticket, "id">, body?: object): Promise<Answer> =>
  call(server, tokenFor(user), "POST", `/v1/uploads/${id}/complete`, body);
const pendingOf = ({ key }: Pick<Ticket, "key">) => `waiting/files/${key}`;
const download = async (user: string, { key }: Pick<Ticket, "key">): Promise<Answer> =>
  call(server, tokenFor(user), "POST", "/v1/downloads", { policy: "quarantined", key });

interface Multipart extends Ticket {
  readonly multipart: {
    readonly parts: readonly (Ticket & { partNumber: number })[];
    readonly partSize: number;
  };
}

/** Sends every part, and returns what `complete` wants on a store that cannot list them. */
async function sendParts({ multipart }: Multipart, bytes: Uint8Array): Promise<object> {
  const parts = [];
  for (const part of multipart.parts) {
    const start = (part.partNumber - 1) * multipart.partSize;
    const content = Uint8Array.from(bytes.subarray(start, start + multipart.partSize));
    const { status, etag } = await put(part, content);
    expect(status).toBe(200);
    parts.push({ partNumber: part.partNumber, etag });
  }
  return { parts };
}

describe("an upload under quarantine", () => {
  it("is pending under its prefix, and has its final key once it is completed", async () => {
    const ticket = await askForTicket(
      server,
      tokenFor("ann"),
      image(PNG.length, { metadata: { album: "제주" } }),
    );
    expect(ticket.key).toMatch(/^quarantined\/ann\//);
    expect(new URL(ticket.url).pathname).toContain(`/waiting/files/${ticket.key}`);
    expect(await put(ticket, PNG)).toMatchObject({ status: 200 });
    expect(await server.read(ticket.key)).toBeUndefined();
    expect((await download("ann", ticket)).body).toMatchObject({ code: "not-found" });

    const completed = await complete("ann", ticket);
    expect(completed).toMatchObject({
      status: 200,
      body: { status: "completed", key: ticket.key, size: PNG.length, metadata: { album: "제주" } },
    });
    expect(await server.read(pendingOf(ticket))).toBeUndefined();
    expect(await server.read(ticket.key)).toMatchObject({ bytes: PNG, contentType: "image/png" });

    const keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(String(completed.body["receipt"]), keys);
    expect(payload).toMatchObject({ upload: { key: ticket.key, etag: completed.body["etag"] } });

    const read = await download("ann", ticket);
    const answer = await fetch(String(read.body["url"]));
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(PNG);
  });

  it("is completed once, and the same answer comes again", async () => {
    const ticket = await askForTicket(server, tokenFor("ann"), image(PNG.length));
    await put(ticket, PNG);
    const first = await complete("ann", ticket);
    const second = await complete("ann", ticket);
    expect(second.status).toBe(200);
    expect({ ...second.body, receipt: "" }).toEqual({ ...first.body, receipt: "" });
  });

  it("has nothing to complete before its file has come", async () => {
    const ticket = await askForTicket(server, tokenFor("ann"), image(PNG.length));
    const early = await complete("ann", ticket);
    expect(early).toMatchObject({ status: 422, body: { upload: "pending" } });
    await put(ticket, PNG);
    expect(await complete("ann", ticket)).toMatchObject({ status: 200 });
  });

  it("is refused with another ETag than the store's, and can be completed then", async () => {
    const ticket = await askForTicket(server, tokenFor("ann"), image(PNG.length));
    const { etag } = await put(ticket, PNG);
    const other = await complete("ann", ticket, { etag: '"00000000000000000000000000000000"' });
    expect(other).toMatchObject({ status: 422, body: { upload: "pending" } });
    expect(await complete("ann", ticket, { etag })).toMatchObject({ status: 200 });
  });

  it.for([
    ["a page", "image/png", "<!doctype html><script>alert(1)</script>"],
    ["an SVG image", "image/png", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ["a GIF", "image/png", "GIF89a\u0001\0\u0001\0"],
    ["a page", "text/plain", "\n<html><body onload=alert(1)>"],
    ["a page", "image/svg+xml", "<html><svg/></html>"],
  ] as const)("is rejected where %s was sent as %s", async ([, contentType, text]) => {
    const bytes = bytesOf(text);
    const filename = { "image/png": "a.png", "text/plain": "a.txt", "image/svg+xml": "a.svg" };
    const fields = { contentType, filename: filename[contentType] };
    const ticket = await askForTicket(server, tokenFor("eve"), image(bytes.length, fields));
    expect(await put(ticket, bytes)).toMatchObject({ status: 200 });
    const rejected = await complete("eve", ticket);
    expect(rejected).toMatchObject({ status: 422, body: { upload: "rejected" } });
    expect(String(rejected.body["detail"])).toContain("content: ");
    expect(await complete("eve", ticket)).toMatchObject({ body: { upload: "rejected" } });
    expect(await server.read(ticket.key)).toBeUndefined();
    const left = await server.read(pendingOf(ticket));
    expect(left?.bytes.length ?? 0).toBe(0);
    expect((await download("eve", ticket)).body).toMatchObject({ code: "not-found" });
  });

  it("is read and deleted under its final key", async () => {
    const ticket = await askForTicket(server, tokenFor("dan"), image(PNG.length));
    await put(ticket, PNG);
    await complete("dan", ticket);
    const named = { policy: "quarantined", key: ticket.key };
    expect(await call(server, tokenFor("dan"), "DELETE", "/v1/objects", named)).toMatchObject({
      status: 204,
    });
    expect(await server.read(ticket.key)).toBeUndefined();
    const pending = { ...named, key: pendingOf(ticket) };
    for (const [method, path] of [
      ["POST", "/v1/downloads"],
      ["DELETE", "/v1/objects"],
    ] as const)
      expect(await call(server, tokenFor("dan"), method, path, pending)).toMatchObject({
        body: { code: "key-outside-prefix" },
      });
  });

  itWith("no-overwrite", "is aborted, and its ticket stores nothing more", async () => {
    const ticket = await askForTicket(server, tokenFor("amy"), image(PNG.length));
    const path = `/v1/uploads/${ticket.id}`;
    expect(await call(server, tokenFor("amy"), "DELETE", path)).toMatchObject({ status: 202 });
    expect(await put(ticket, PNG)).toMatchObject({ status: 412 });
    expect(await complete("amy", ticket)).toMatchObject({ status: 410 });
    expect(await server.read(ticket.key)).toBeUndefined();
  });

  it("is aborted with a file that is never promoted", async () => {
    const ticket = await askForTicket(server, tokenFor("amy"), image(PNG.length));
    await put(ticket, PNG);
    await call(server, tokenFor("amy"), "DELETE", `/v1/uploads/${ticket.id}`);
    expect(await complete("amy", ticket)).toMatchObject({ status: 410 });
    expect(await server.read(ticket.key)).toBeUndefined();
    expect((await server.read(pendingOf(ticket)))?.bytes.length ?? 0).toBe(0);
  });

  it("is completed by many requests at once as one upload", async () => {
    const ticket = await askForTicket(server, tokenFor("ann"), image(PNG.length));
    await put(ticket, PNG);
    const all = await Promise.all(Array.from({ length: 6 }, async () => complete("ann", ticket)));
    expect(all.map(({ status }) => status).filter((one) => one !== 200 && one !== 202)).toEqual([]);
    const last = await complete("ann", ticket);
    expect(last).toMatchObject({ status: 200, body: { key: ticket.key } });
    expect(await server.read(ticket.key)).toMatchObject({ bytes: PNG });
  });

  it("is listed with its final key", async () => {
    const ticket = await askForTicket(server, tokenFor("lea"), image(PNG.length));
    const list = await call(server, tokenFor("lea"), "GET", "/v1/uploads");
    expect(list.body["uploads"]).toMatchObject([{ status: "pending", key: ticket.key }]);
    expect(JSON.stringify(list.body)).not.toContain("waiting/");
  });
});

describe("a large file under quarantine", () => {
  it.for(["quarantined", "copied-in-parts"])(
    "is sent, completed and copied in parts: %s",
    async (policy) => {
      const fields = {
        policy,
        filename: "a.mp4",
        contentType: "video/mp4",
        metadata: { album: "x" },
      };
      const token = tokenFor("bob");
      const ticket = await askForTicket(server, token, image(MP4.length, fields));
      const parts = await sendParts(ticket as Multipart, MP4);
      expect(await server.read(ticket.key)).toBeUndefined();
      const completed = await complete("bob", ticket, parts);
      expect(completed).toMatchObject({
        status: 200,
        body: { size: MP4.length, key: ticket.key, metadata: { album: "x" } },
      });
      const stored = await server.read(ticket.key);
      expect(stored?.contentType).toBe("video/mp4");
      expect(Buffer.compare(stored?.bytes ?? new Uint8Array(), MP4)).toBe(0);
      expect(await server.read(`waiting/files/${ticket.key}`)).toBeUndefined();
      expect(await server.read(`pending/${ticket.key}`)).toBeUndefined();
      expect(await complete("bob", ticket, parts)).toMatchObject({ status: 200 });
    },
  );

  it("is rejected by its first bytes", async () => {
    const bytes = MP4.slice();
    bytes.set(bytesOf("<!doctype html>"));
    const fields = { filename: "a.mp4", contentType: "video/mp4" };
    const ticket = await askForTicket(server, tokenFor("eve"), image(bytes.length, fields));
    const parts = await sendParts(ticket as Multipart, bytes);
    expect(await complete("eve", ticket, parts)).toMatchObject({
      status: 422,
      body: { upload: "rejected" },
    });
    expect(await server.read(ticket.key)).toBeUndefined();
    expect(await server.read(pendingOf(ticket))).toBeUndefined();
  });
});

describe("a batch under quarantine", () => {
  it("is completed, each upload by itself", async () => {
    const token = tokenFor("kim");
    const good = await askForTicket(server, token, image(PNG.length));
    const page = bytesOf("<html>");
    const bad = await askForTicket(server, token, image(page.length));
    await put(good, PNG);
    await put(bad, page);
    const answer = await call(server, token, "POST", "/v1/uploads/batch/complete", {
      ids: [good.id, bad.id],
    });
    expect(answer.body["results"]).toMatchObject([
      { status: 200, upload: { key: good.key } },
      { status: 422, problem: { upload: "rejected" } },
    ]);
  });
});
