import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askForTicket,
  call,
  put,
  startFixture,
  tokenFor,
  type Server,
  type Ticket,
} from "../support/server.ts";
import { itWith } from "../support/store.ts";

let server: Server;
beforeAll(async () => {
  server = await startFixture();
});
afterAll(async () => server.close());

const BYTES = new Uint8Array(1_000_000).fill(7);
const PHOTO = { policy: "limited", filename: "a.png", contentType: "image/png" };
const CLIP = { policy: "clip", filename: "a.mp4", contentType: "video/mp4" };

const abort = async (user: string, { id }: Pick<Ticket, "id">) =>
  call(server, tokenFor(user), "DELETE", `/v1/uploads/${id}`);

/** Sends the first half of a file. Returns a function that sends the rest, and returns the status. */
async function startPut(ticket: Ticket, bytes: Uint8Array): Promise<() => Promise<number>> {
  const headers = { ...ticket.headers, "content-length": String(bytes.length) };
  const sending = request(ticket.url, { method: "PUT", headers });
  const answered = once(sending, "response") as Promise<[IncomingMessage]>;
  const half = bytes.length / 2;
  await new Promise((resolve) => void sending.write(bytes.subarray(0, half), resolve));
  // The store has the headers, and waits for the body.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return async () => {
    sending.end(bytes.subarray(half));
    const [answer] = await answered;
    answer.resume();
    return answer.statusCode ?? 0;
  };
}

describe("an aborted upload", () => {
  itWith("no-overwrite", "gives its bytes back, and its ticket stores nothing more", async () => {
    const all = { ...PHOTO, size: 10_000_000 };
    for (let times = 0; times < 4; times += 1) {
      const ticket = await askForTicket(server, tokenFor("ann"), all);
      expect((await abort("ann", ticket)).status).toBe(204);
      expect(await put(ticket, new Uint8Array(10_000_000))).toMatchObject({ status: 412 });
      expect(await server.read(ticket.key)).toMatchObject({
        bytes: new Uint8Array(),
        metadata: { "edge-presigner": "aborted" },
      });
    }
  });

  itWith("no-overwrite", "has a PUT refused that is under way", async () => {
    const ticket = await askForTicket(server, tokenFor("amy"), { ...PHOTO, size: BYTES.length });
    const finish = await startPut(ticket, BYTES);
    expect((await abort("amy", ticket)).status).toBe(204);
    expect(await finish()).toBe(412);
    expect(await server.read(ticket.key)).toMatchObject({ bytes: new Uint8Array() });
  });

  itWith("no-overwrite", "is read by no download ticket, and cannot be deleted", async () => {
    const token = tokenFor("ada");
    const ticket = await askForTicket(server, token, { ...PHOTO, policy: "album", size: 10 });
    expect(await put(ticket, new Uint8Array(10))).toMatchObject({ status: 200 });
    expect(await call(server, token, "POST", "/v1/downloads", reading(ticket))).toMatchObject({
      status: 200,
    });
    // Its policy allows to delete objects, so that the bytes stay reserved.
    expect((await abort("ada", ticket)).status).toBe(202);
    expect(await call(server, token, "POST", "/v1/downloads", reading(ticket))).toMatchObject({
      status: 404,
      body: { code: "not-found" },
    });
    expect(await call(server, token, "DELETE", "/v1/objects", reading(ticket))).toMatchObject({
      status: 204,
    });
    expect(await put(ticket, new Uint8Array(10))).toMatchObject({ status: 412 });
  });

  itWith("overwrites", "keeps its bytes reserved where the store would overwrite", async () => {
    const all = { ...PHOTO, size: 10_000_000 };
    for (let times = 0; times < 2; times += 1) {
      const ticket = await askForTicket(server, tokenFor("ava"), all);
      expect((await abort("ava", ticket)).status).toBe(202);
    }
    const refused = await call(server, tokenFor("ava"), "POST", "/v1/uploads", all);
    expect(refused).toMatchObject({ status: 429, body: { code: "quota-exceeded" } });
  });
});

const reading = ({ key }: Ticket) => ({ policy: "album", key });

describe("an aborted multipart upload", () => {
  it("gives its place back at once, and stores no more parts", async () => {
    const MiB = 2 ** 20;
    const body = { ...CLIP, size: 8 * MiB + 5 };
    const ticket = await askForTicket(server, tokenFor("abi"), body);
    const { multipart } = ticket as Ticket & { multipart: { parts: Ticket[] } };
    expect((await abort("abi", ticket)).status).toBe(204);
    const [part] = multipart.parts;
    if (!part) throw new Error("There is no ticket of a part");
    expect(await put(part, new Uint8Array(8 * MiB))).toMatchObject({ status: 404 });
  });
});
