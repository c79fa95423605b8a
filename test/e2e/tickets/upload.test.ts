import { createHash } from "node:crypto";
import libmime from "libmime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../../src/secret.ts";
import { encodeKey } from "../../../src/store/encode-key.ts";
import { createSigner } from "../../../src/store/sigv4.ts";
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
import { can, itWith, refusals } from "../support/store.ts";
import { chunked, sendRaw } from "../support/raw-http.ts";

let server: Server;
let alice: string;
beforeAll(async () => {
  server = await startServer();
  alice = tokenFor("alice");
});
afterAll(async () => server.close());

const BODY = bytesOf("hello, store");
const DOCUMENT = {
  policy: "document",
  filename: "note.txt",
  contentType: "text/plain",
  size: BODY.length,
};

/** Refused by the store, and nothing stored. */
async function expectRefused(ticket: Ticket, answer: { status: number }): Promise<void> {
  expect(refusals([400, 403, 501])).toContain(answer.status);
  expect(await server.read(ticket.key)).toBeUndefined();
}

describe("a ticket, sent as it was issued", () => {
  it("stores the file, byte for byte, with its type", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(65_536));
    const ticket = await askForTicket(server, alice, {
      ...DOCUMENT,
      contentType: "application/pdf",
      filename: "a.pdf",
      size: bytes.length,
    });
    expect(await put(ticket, bytes)).toMatchObject({ status: 200 });
    const stored = await server.read(ticket.key);
    expect(stored?.contentType).toBe("application/pdf");
    expect(Buffer.from(stored?.bytes ?? []).equals(Buffer.from(bytes))).toBe(true);
  });

  it.for([
    "여행 (1).txt",
    "a+b.txt",
    "100%.txt",
    "%2e%2e.txt",
    "a&b=c.txt",
    "~!'()*.txt",
    "🎉.txt",
    "#?;:@$,[]|.txt",
    "..a.txt",
  ])("stores it under the very name %s", async (filename) => {
    const ticket = await askForTicket(server, alice, { ...DOCUMENT, filename });
    expect(ticket.key.split("/").at(-1)).toBe(filename);
    expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    expect((await server.read(ticket.key))?.bytes).toEqual(BODY);
  });

  it("stores metadata that any reader of RFC 2047 understands", async () => {
    const note = "제주도에서 찍은 사진들, 그리고 아주 긴 설명이 여기에 이어집니다 🎉";
    const ticket = await askForTicket(server, alice, {
      ...DOCUMENT,
      metadata: { album: "plain text", note },
    });
    expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    const stored = await server.read(ticket.key);
    expect(stored?.metadata["album"]).toBe("plain text");
    // Real R2 decodes on the way in, as its documentation says; other stores keep the words.
    expect([note, ticket.headers["x-amz-meta-note"]]).toContain(stored?.metadata["note"]);
    expect(libmime.decodeWords(ticket.headers["x-amz-meta-note"] ?? "")).toBe(note);
  });

  it("is checked against its MD5 by the store", async () => {
    const value = createHash("md5").update(BODY).digest("base64");
    const avatar = {
      policy: "avatar",
      filename: "a.png",
      contentType: "image/png",
      size: BODY.length,
      checksum: { algorithm: "md5", value },
    };
    const good = await askForTicket(server, alice, avatar);
    expect(await put(good, BODY)).toMatchObject({ status: 200 });
    const bad = await askForTicket(server, alice, avatar);
    await expectRefused(bad, await put(bad, bytesOf("hello, STORE")));
  });

  itWith(
    "ignores-sha256",
    "is taken with a SHA-256 too, and says that this store does not look at it",
    async () => {
      const value = createHash("sha256").update(BODY).digest("base64");
      const ticket = await askForTicket(server, alice, {
        policy: "avatar",
        filename: "a.png",
        contentType: "image/png",
        size: BODY.length,
        checksum: { algorithm: "sha256", value },
      });
      expect(ticket).toMatchObject({ checksumEnforced: false });
      expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    },
  );
});

describe("the store refuses, and stores nothing, when", () => {
  it("the body is longer than was signed", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    await expectRefused(ticket, await put(ticket, bytesOf("hello, store!")));
  });
  it("the body is shorter than was signed", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    await expectRefused(ticket, await put(ticket, bytesOf("hello")));
  });
  it("the type is another", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    await expectRefused(
      ticket,
      await put(ticket, BODY, { headers: { "content-type": "text/html" } }),
    );
  });
  it("the method is another", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    await expectRefused(ticket, await put(ticket, BODY, { method: "POST" }));
    await expectRefused(ticket, await put(ticket, BODY, { method: "DELETE" }));
  });
  it("the key is another", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    await expectRefused(
      ticket,
      await put(ticket, BODY, { url: ticket.url.replace("/alice/", "/bob/") }),
    );
  });
  it("the expiry is another", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    await expectRefused(
      ticket,
      await put(ticket, BODY, {
        url: ticket.url.replace("X-Amz-Expires=300", "X-Amz-Expires=3600"),
      }),
    );
  });
  it("a signed header is another, or missing", async () => {
    const ticket = await askForTicket(server, alice, { ...DOCUMENT, metadata: { album: "mine" } });
    await expectRefused(
      ticket,
      await put(ticket, BODY, { headers: { "x-amz-meta-album": "yours" } }),
    );
    const { "x-amz-meta-album": _, ...headers } = ticket.headers;
    await expectRefused(ticket, await put({ ...ticket, headers }, BODY));
    if (!can("no-overwrite")) return; // its tickets have no if-none-match: see store.ts
    const { "if-none-match": __, ...overwriting } = ticket.headers;
    await expectRefused(ticket, await put({ ...ticket, headers: overwriting }, BODY));
  });
  for (const { capability, header } of [
    { capability: "copy-guard", header: "x-amz-copy-source" },
    { capability: "copy-guard-underscored", header: "x_amz_copy_source" },
  ] as const) {
    itWith(capability, `${header} is added: no ticket copies somebody else's object`, async () => {
      const victim = await askForTicket(server, tokenFor("bob"), DOCUMENT);
      expect(await put(victim, bytesOf("bob's secret"))).toMatchObject({ status: 200 });
      const { size: _, ...unsized } = {
        policy: "photo",
        filename: "a.png",
        contentType: "image/png",
        size: 0,
      };
      for (const body of [DOCUMENT, unsized]) {
        const ticket = await askForTicket(server, alice, body);
        const headers = { [header]: `/${server.store.bucket}/${encodeURI(victim.key)}` };
        const bytes = body === DOCUMENT ? BODY : new Uint8Array();
        const answer = await put(ticket, bytes, { headers });
        // A store may ignore the other spelling, and store what was sent.
        if (answer.status !== 200) await expectRefused(ticket, answer);
        else expect((await server.read(ticket.key))?.bytes).toEqual(bytes);
      }
    });
  }
  it("the ticket has expired", async () => {
    const { origin, basePath, region, accessKeyId, secretAccessKey } = server.store;
    const { presign } = createSigner(
      {
        accessKeyId: new Secret("ID", accessKeyId),
        secretAccessKey: new Secret("KEY", secretAccessKey),
        sessionToken: undefined,
      },
      { region },
    );
    const headers = { "content-type": "text/plain" };
    const ticketFrom = async (secondsAgo: number): Promise<Ticket> => {
      const key = `documents/alice/${secondsAgo}.txt`;
      const url = await presign({
        method: "PUT",
        origin,
        basePath,
        key: encodeKey(key),
        headers: { ...headers, "content-length": String(BODY.length) },
        expiresInSeconds: 60,
        now: new Date(Date.now() - secondsAgo * 1000),
      });
      return { id: "", method: "PUT", url, key, headers, expiresIn: 60 };
    };
    expect(await put(await ticketFrom(30), BODY)).toMatchObject({ status: 200 });
    const expired = await ticketFrom(90);
    await expectRefused(expired, await put(expired, BODY));
  });
});

describe("a ticket, sent in chunks beside its signed length", () => {
  it("is refused by the store, or its file by completion", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    const { host, pathname, search } = new URL(ticket.url);
    const headers = {
      host,
      ...ticket.headers,
      "content-length": String(BODY.length),
      "transfer-encoding": "chunked",
      connection: "close",
    };
    await sendRaw(host, {
      method: "PUT",
      target: pathname + search,
      headers: Object.entries(headers),
      body: chunked(bytesOf("a file of any other length")),
    });
    const { body } = await call(server, alice, "POST", `/v1/uploads/${ticket.id}/complete`);
    // Either no object is there, or one of another size, which completion deletes.
    expect(body["code"]).toBe("verification-failed");
    expect(await server.read(ticket.key)).toBeUndefined();
  });
});

describe("a ticket, sent twice", () => {
  itWith("no-overwrite", "stores the first body and refuses the second", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    const again = await put(ticket, bytesOf("HELLO, STORE"));
    expect(refusals([412])).toContain(again.status);
    expect((await server.read(ticket.key))?.bytes).toEqual(BODY);
  });
});
