/** What the store makes of the parts that Uppy's routes sign: asked for as Uppy asks, sent as a browser would not. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contentOf } from "../../uppy/content.ts";
import { call, put, startFixture, tokenFor, type Server } from "../support/server.ts";
import { can } from "../support/store.ts";

const MiB = 2 ** 20;
const REST = 1234;
const SIZE = 10 * MiB + REST;
/** As version 4, 5 and 6 cut it. */
const LENGTHS = [5 * MiB, 5 * MiB, REST];

let server: Server;
let token: string;
beforeAll(async () => {
  server = await startFixture();
  token = tokenFor("alice");
});
afterAll(async () => server.close());

interface Begun {
  readonly key: string;
  readonly pathOf: (what?: string) => string;
}

async function begin(): Promise<Begun> {
  const { body } = await call(server, token, "POST", "/s3/multipart", {
    filename: "a.txt",
    type: "text/plain",
    metadata: { size: SIZE, policy: "page" },
  });
  const key = String(body["key"]);
  const path = `/s3/multipart/${encodeURIComponent(String(body["uploadId"]))}`;
  return { key, pathOf: (what = "") => `${path}${what}?key=${encodeURIComponent(key)}` };
}

async function sign({ pathOf }: Begun, partNumber: number) {
  const { body } = await call(server, token, "GET", pathOf(`/${partNumber}`));
  return { url: String(body["url"]), method: String(body["method"]), headers: {} };
}

describe("a part that Uppy asks for", () => {
  it.for([1, 2, 3])("has exactly its length: number %i", async (partNumber) => {
    const ticket = await sign(await begin(), partNumber);
    const bytes = LENGTHS[partNumber - 1] ?? 0;
    // Small ones: a server that refuses a large body before it was sent closes the connection.
    const others = [0, REST - 1, REST, REST + 1].filter((other) => other !== bytes);
    for (const other of others)
      expect(await put(ticket, new Uint8Array(other))).toMatchObject({ status: 403 });
    expect(await put(ticket, new Uint8Array(bytes))).toMatchObject({ status: 200 });
  });
});

describe("the parts that Uppy names", () => {
  it("make the file in any order, and no file where one is missing or named twice", async () => {
    const begun = await begin();
    const file = contentOf(SIZE);
    const parts: { readonly PartNumber: number; readonly ETag: string }[] = [];
    for (const [index, bytes] of LENGTHS.entries()) {
      const from = index * 5 * MiB;
      const ticket = await sign(begun, index + 1);
      const { etag } = await put(ticket, file.slice(from, from + bytes));
      parts.push({ PartNumber: index + 1, ETag: etag });
      // What is named does not count where the store lists, and then all is there.
      if (parts.length === LENGTHS.length && can("list-parts")) break;
      const complete = await call(server, token, "POST", begun.pathOf("/complete"), {
        parts: [...parts.slice(0, -1), { PartNumber: 1, ETag: etag }],
      });
      expect(complete.status).toBe(422);
    }
    expect(await server.read(begun.key)).toBeUndefined();
    const named = { parts: parts.toReversed() };
    const { status, body } = await call(server, token, "POST", begun.pathOf("/complete"), named);
    expect([status, body["key"]]).toEqual([200, begun.key]);
    const stored = await server.read(begun.key);
    expect(Buffer.from(file).equals(stored?.bytes ?? new Uint8Array())).toBe(true);
    // Giving it up now takes nothing away.
    await call(server, token, "DELETE", begun.pathOf());
    expect((await server.read(begun.key))?.bytes).toHaveLength(SIZE);
  });
});
