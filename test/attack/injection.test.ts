/**
 * Text that becomes structure: header lines, properties of objects, a second value of one name.
 *
 * CWE-113 (response splitting), CWE-1321 (prototype pollution, CVE-2019-10744 in lodash), and Bishop Fox,
 * "An Exploration of JSON Interoperability Vulnerabilities": two parsers that read two values.
 */
import { describe, expect, it } from "vitest";
import { bytesOf, call, put } from "../e2e/support/server.ts";
import { BODY, DOCUMENT, alice, server } from "./support/attack.ts";

async function post(path: string, body: string) {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${alice}`, "content-type": "application/json" },
    body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, never> };
}

/** A merge as in many a tutorial. */
function mergeCarelessly(target: Record<string, unknown>, source: object): void {
  for (const [name, value] of Object.entries(source) as [string, unknown][]) {
    const own = target[name];
    if (typeof own === "object" && own !== null && value instanceof Object)
      mergeCarelessly(own as Record<string, unknown>, value);
    else target[name] = value;
  }
}

describe("a line break", () => {
  it("makes a second header where a careless service joins lines", () => {
    const lines = ["x-amz-meta-album: ", "a\r\nx-amz-acl: public-read"].join("").split("\r\n");
    expect(lines).toHaveLength(2);
  });

  it.for(["a\r\nx-amz-acl: public-read", "a\nb", "a\rb", "a\u0000b", "\u0085", "\u007F"])(
    "is refused in metadata: %j",
    async (album) => {
      const body = { ...DOCUMENT, metadata: { album } };
      const answer = await call(server, alice, "POST", "/v1/uploads", body);
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request" } });
    },
  );

  it("is refused in the name of a download, and quotes are kept inside", async () => {
    const key = "documents/alice/1/note.txt";
    const ask = async (filename: string) =>
      call(server, alice, "POST", "/v1/downloads", { policy: "document", key, filename });
    expect((await ask("a\r\nset-cookie: x=1")).status).toBe(422);
    const { body } = await ask('a"; filename=evil.html; x="');
    const value = new URL(String(body["url"])).searchParams.get("response-content-disposition");
    expect(value).toBe(String.raw`attachment; filename="a\"; filename=evil.html; x=\""`);
  });
});

describe("a property of every object", () => {
  it("is changed by a careless merge", () => {
    mergeCarelessly({}, JSON.parse('{"__proto__":{"isPolluted":true}}') as object);
    expect(({} as { isPolluted?: boolean }).isPolluted).toBe(true);
    Reflect.deleteProperty(Object.prototype, "isPolluted");
  });

  it.for(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"])(
    "is no field, no metadata, no policy and no algorithm: %s",
    async (name) => {
      const start = JSON.stringify(DOCUMENT).slice(0, -1);
      const bodies = [
        `${start},"${name}":{"size":1}}`,
        `${start},"metadata":{"${name}":"x"}}`,
        `${start},"checksum":{"algorithm":"${name}","value":"x"}}`,
        `${start},"checksum":{"algorithm":"md5","value":"x","${name}":1}}`,
      ];
      for (const body of bodies) expect((await post("/v1/uploads", body)).status, body).toBe(422);
      const policy = JSON.stringify({ ...DOCUMENT, policy: name });
      expect((await post("/v1/uploads", policy)).status).toBe(404);
    },
  );
});

describe("a name that comes twice", () => {
  it("is read as two values by two parsers, which is what such attacks need", () => {
    const text = '{"size":12,"size":999}';
    const first = Number(/"size":(\d+)/.exec(text)?.[1]);
    const { size } = JSON.parse(text) as { readonly size: number };
    expect([first, size]).toEqual([12, 999]);
  });

  it("has its last value everywhere: the Worker reads a body once, with JSON.parse alone", async () => {
    const twice =
      '{"policy":"video","size":999,"filename":"b.txt","metadata":{"album":"x","album":"y"},';
    const body = twice + JSON.stringify(DOCUMENT).slice(1);
    const { status, body: ticket } = await post("/v1/uploads", body);
    expect(status).toBe(201);
    expect(ticket).toMatchObject({
      policy: "document",
      contentLength: BODY.length,
      headers: { "x-amz-meta-album": "y" },
    });
    expect(String(ticket["key"])).toMatch(/^documents\/alice\/.*\/note\.txt$/);
    const upload = ticket as unknown as Parameters<typeof put>[0];
    expect(await put(upload, bytesOf("a".repeat(999)))).toMatchObject({ status: 403 });
    expect(await put(upload, BODY)).toMatchObject({ status: 200 });
    const completed = await call(
      server,
      alice,
      "POST",
      `/v1/uploads/${String(ticket["id"])}/complete`,
    );
    expect(completed).toMatchObject({
      status: 200,
      body: { size: BODY.length, policy: "document" },
    });
  });

  it("has its first value in a query, on each route", async () => {
    const query =
      "fileType=image/png&fileSize=5&fileType=text/html&fileSize=99999999&policy=photo&policy=none";
    const response = await fetch(`${server.url}/presigned-url?${query}`, {
      headers: { authorization: `Bearer ${alice}` },
    });
    const body = (await response.json()) as { headers: Record<string, string>; key: string };
    expect(response.status).toBe(200);
    expect(body.headers["content-type"]).toBe("image/png");
    expect(body.key).toMatch(/^photos\/alice\/.*\.png$/);
  });
});
