/** Sends the requests of client/dart (Android, iOS, desktops), byte for byte, to the Worker and its store. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headersOfRequest, orderHeaders } from "../support/dart-headers.ts";
import { chunked, sendRaw, type RawAnswer, type RawRequest } from "../support/raw-http.ts";
import { bytesOf, startServer, tokenFor, type Server } from "../support/server.ts";

interface Template {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string;
}

const EXCHANGE = JSON.parse(
  readFileSync(new URL("../../vectors/dart/exchange.json", import.meta.url), "utf8"),
) as Readonly<Record<string, Template>>;

let server: Server;
let host: string;
let token: string;
beforeAll(async () => {
  server = await startServer();
  ({ host } = new URL(server.url));
  token = tokenFor("alice");
});
afterAll(async () => server.close());

type Values = Readonly<Record<string, string | number>>;

const fill = (text: string, values: Values) =>
  text.replaceAll(/\{([a-zA-Z]+)\}/g, (placeholder, name: string) =>
    String(values[name] ?? placeholder),
  );

/** Returns the request with that name, as Dart would send it. */
function write(name: string, values: Values = {}, file?: Uint8Array): RawRequest {
  const template = EXCHANGE[name];
  if (!template) throw new Error(`There is no request "${name}"`);
  const body = file ?? bytesOf(fill(template.body ?? "", values));
  const known = { host, token, length: body.length, ...values };
  return {
    method: template.method,
    target: fill(template.target, known),
    headers: template.headers.map(([header, value]) => [header, fill(value, known)]),
    body,
  };
}

async function send(name: string, values: Values = {}, file?: Uint8Array): Promise<RawAnswer> {
  return sendRaw(host, write(name, values, file));
}

interface Ticket {
  readonly id: string;
  readonly key: string;
  readonly url: string;
  readonly partNumber: number;
  readonly contentLength: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly multipart: { readonly partSize: number; readonly parts: readonly Ticket[] };
}

const read = (answer: RawAnswer) => JSON.parse(answer.text) as Ticket;
const targetOf = ({ url }: Ticket) => url.slice(new URL(url).origin.length);
const etagOf = ({ headers }: RawAnswer) => (headers.get("etag") ?? "").replaceAll('"', "");
const headerNamesOf = (ticket: Ticket) =>
  EXCHANGE["put"]?.headers.filter(([name]) => name in ticket.headers).map(([name]) => name);

const MiB = 2 ** 20;
const PHOTO = crypto.getRandomValues(new Uint8Array(60_000));
const IMAGE = { policy: "document", filename: "여행.png", contentType: "image/png" };

async function createUpload(): Promise<Ticket> {
  const answer = await send("begin", { ...IMAGE, size: PHOTO.length });
  expect(answer.status).toBe(201);
  return read(answer);
}

describe("the headers of Dart", () => {
  it("have the order of two recorded requests", () => {
    expect(headersOfRequest("POST", ["content-type"])).toEqual([
      "user-agent",
      "content-type",
      "accept-encoding",
      "content-length",
      "host",
    ]);
    const asked = ["host", "accept-encoding", "user-agent", "another-header", "content-length"];
    expect(orderHeaders(asked)).toEqual([
      "user-agent",
      "accept-encoding",
      "content-length",
      "another-header",
      "host",
    ]);
  });

  it.for(Object.entries(EXCHANGE))("have this order in the request %s", ([, template]) => {
    const names = template.headers.map(([name]) => name);
    // package:http passes them on in the order in which the client set them.
    const set = ["authorization", "content-type", "if-none-match"];
    const own = set.filter((name) => names.includes(name));
    const all = headersOfRequest(template.method, own);
    // RFC 9110 section 8.6: GET and DELETE without a body have no Content-Length.
    expect(names).toEqual(
      template.body === undefined ? all.filter((name) => name !== "content-length") : all,
    );
  });
});

describe("the exchange of Dart", () => {
  it("uploads a file with one PUT, downloads it and deletes it", async () => {
    const ticket = await createUpload();
    expect(headerNamesOf(ticket)).toEqual(Object.keys(ticket.headers));
    const target = targetOf(ticket);
    const stored = await send("put", { target, ...IMAGE }, PHOTO);
    expect(stored.status).toBe(200);
    const completed = await send("complete", { id: ticket.id, etag: etagOf(stored) });
    expect(completed.status).toBe(200);
    expect(JSON.parse(completed.text)).toMatchObject({ key: ticket.key, size: PHOTO.length });
    expect(await server.read(ticket.key)).toMatchObject({
      bytes: PHOTO,
      contentType: "image/png",
    });
    const object = { key: ticket.key, policy: "document" };
    const download = await send("download", object);
    expect(download.status).toBe(200);
    const body = await (await fetch(read(download).url)).arrayBuffer();
    expect(new Uint8Array(body)).toEqual(PHOTO);
    expect((await send("remove", object)).status).toBe(204);
    expect(await server.read(ticket.key)).toBeUndefined();
  });

  it("uploads a file with a multipart upload, and signs one part again", async () => {
    const film = new Uint8Array(16 * MiB + 1).map((_, index) => index % 251);
    const asked = { policy: "video", filename: "a.mp4", contentType: "video/mp4" };
    const created = read(await send("begin", { ...asked, size: film.length }));
    const { id, multipart } = created;
    expect((await send("findParts", { id })).status).toBe(200);
    const signed = await send("signParts", { id, partNumbers: 3 });
    const again = (JSON.parse(signed.text) as Ticket["multipart"]).parts;
    const parts: string[] = [];
    for (const part of [...multipart.parts.slice(0, 2), ...again]) {
      const start = (part.partNumber - 1) * multipart.partSize;
      const slice = film.subarray(start, start + part.contentLength);
      const stored = await send("part", { target: targetOf(part) }, slice);
      expect(stored.status).toBe(200);
      parts.push(JSON.stringify({ partNumber: part.partNumber, etag: etagOf(stored) }));
    }
    const completed = await send("completeParts", { id, parts: parts.join() });
    expect(completed.status).toBe(200);
    const stored = await server.read(created.key);
    expect(Buffer.compare(stored?.bytes ?? new Uint8Array(), film)).toBe(0);
  });

  it("plans a background upload with tickets for a day", async () => {
    const planned = await send("plan", { ...IMAGE, size: PHOTO.length });
    const ticket = read(planned);
    expect(new URL(ticket.url).searchParams.get("X-Amz-Expires")).toBe("86400");
    const stored = await send("put", { target: targetOf(ticket), ...IMAGE }, PHOTO);
    expect(stored.status).toBe(200);
    expect(await server.read(ticket.key)).toMatchObject({ bytes: PHOTO });
  });

  it("aborts an upload, and lists uploads", async () => {
    const { id } = await createUpload();
    expect((await send("abort", { id })).status).toBe(204);
    expect((await send("list")).status).toBe(200);
  });
});

describe("what Dart must not send", () => {
  it("is the charset that package:http adds to a string: the store refuses it", async () => {
    const ticket = await createUpload();
    const contentType = "image/png; charset=utf-8";
    const refused = await send("put", { target: targetOf(ticket), contentType }, PHOTO);
    expect(refused.status).toBe(403);
    expect(await server.read(ticket.key)).toBeUndefined();
  });

  it("is a chunked body, as for a stream without a length: the store refuses it", async () => {
    const ticket = await createUpload();
    const request = write("put", { target: targetOf(ticket), ...IMAGE }, PHOTO);
    const headers = request.headers.map(([name, value]): readonly [string, string] =>
      name === "content-length" ? ["transfer-encoding", "chunked"] : [name, value],
    );
    const refused = await sendRaw(host, { ...request, headers, body: chunked(PHOTO) });
    // The embedded store reports a wrong signature; AWS answers 501.
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("SignatureDoesNotMatch");
    expect(await server.read(ticket.key)).toBeUndefined();
  });
});
