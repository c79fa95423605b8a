import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOf, startServer, tokenFor, type Server } from "../support/server.ts";

let server: Server;
let authorization: string;
beforeAll(async () => {
  server = await startServer();
  authorization = `Bearer ${tokenFor("alice")}`;
});
afterAll(async () => server.close());

interface GuideAnswer {
  readonly uploadURL: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresIn: number;
}

const IMAGE = bytesOf("not really a jpeg");

async function ask(query = ""): Promise<GuideAnswer> {
  const response = await fetch(`${server.url}/presigned-url${query}`, {
    headers: { authorization },
  });
  expect(response.status).toBe(200);
  return (await response.json()) as GuideAnswer;
}

const send = async (url: string, contentType: string, body = IMAGE) =>
  (await fetch(url, { method: "PUT", headers: { "content-type": contentType }, body })).status;

describe("a client written to the guide: GET, then PUT with Content-Type alone", () => {
  it("uploads a JPEG without saying anything of it", async () => {
    const { uploadURL, key, expiresIn } = await ask();
    expect(expiresIn).toBe(300);
    expect(key).toMatch(/^photos\/alice\/[0-9a-f-]{36}\.jpg$/);
    expect(await send(uploadURL, "image/jpeg")).toBe(200);
    expect((await server.read(key))?.bytes).toEqual(IMAGE);
  });

  it("uploads what it names with fileName and fileType", async () => {
    const { uploadURL, key, headers } = await ask(
      "?fileName=%EC%97%AC%ED%96%89.png&fileType=image%2Fpng",
    );
    expect(headers).toEqual({ "content-type": "image/png" });
    expect(key).toMatch(/\.png$/);
    expect(await send(uploadURL, "image/png")).toBe(200);
  });

  it("keeps a name from a Mac, in Unicode form NFC", async () => {
    const name = `여행 ${crypto.randomUUID()}.txt`;
    const fileName = encodeURIComponent(name.normalize("NFD"));
    const query = `?policy=document&fileName=${fileName}&fileType=text%2Fplain&fileSize=5`;
    const { key } = await ask(query);
    expect(key.split("/").at(-1)).toBe(name);
  });

  it("is held to the length where it sends fileSize", async () => {
    const query = `?fileName=a.jpg&fileType=image%2Fjpeg&fileSize=${IMAGE.length}`;
    expect(await send((await ask(query)).uploadURL, "image/jpeg")).toBe(200);
    expect(
      await send((await ask(query)).uploadURL, "image/jpeg", bytesOf("something longer than that")),
    ).toBe(403);
  });

  it("is refused with another type than it asked for", async () => {
    expect(await send((await ask()).uploadURL, "text/html")).toBe(403);
  });

  it("still needs a header more from a policy that does not allow it", async () => {
    const query = `?policy=document&fileName=a.pdf&fileType=application%2Fpdf&fileSize=${IMAGE.length}`;
    const { uploadURL, headers } = await ask(query);
    expect(headers).toEqual({ "content-type": "application/pdf", "if-none-match": "*" });
    expect(await send(uploadURL, "application/pdf")).toBe(403);
    expect((await fetch(uploadURL, { method: "PUT", headers, body: IMAGE })).status).toBe(200);
  });

  it.for([
    ["?fileType=text%2Fhtml", 415],
    ["?fileType=image", 422],
    ["?fileSize=0", 422],
    ["?fileSize=-1", 422],
    ["?fileSize=10000001", 413],
    ["?fileName=a.exe", 422],
    ["?policy=nothing", 404],
    ["?policy=document&fileName=a.pdf&fileType=application%2Fpdf", 422],
  ] as const)("gets a problem for %s", async ([query, status]) => {
    const response = await fetch(`${server.url}/presigned-url${query}`, {
      headers: { authorization },
    });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });

  it("needs a token", async () => {
    expect((await fetch(`${server.url}/presigned-url`)).status).toBe(401);
  });
});
