import { describe, expect, it } from "vitest";
import { postUpload, startWorker } from "../support/start-worker.ts";

const PNG = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };
const SHA256 = btoa("\u0001".repeat(32));
const MD5 = btoa("\u0001".repeat(16));

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function ask(body: unknown, claims: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const response = await postUpload(startWorker(), body, claims);
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
}

async function expectProblem(
  body: unknown,
  status: number,
  code: string,
  extras: object = {},
): Promise<void> {
  const answer = await ask(body);
  expect(answer).toMatchObject({ status, body: { code, ...extras } });
  expect(answer.body).not.toHaveProperty("url");
}

const at = (pointer: string) => ({ errors: [{ pointer }] });

describe("a body that is no request", () => {
  it("refuses what is not JSON", async () => expectProblem("{", 400, "bad-request"));
  it("refuses an empty body", async () => expectProblem("", 400, "bad-request"));
  it("refuses an array", async () => expectProblem("[]", 422, "invalid-request", at("")));
  it("refuses null", async () => expectProblem("null", 422, "invalid-request", at("")));
  it("refuses a field that it does not know", async () =>
    expectProblem({ ...PNG, key: "x" }, 422, "invalid-request", at("/key")));
  it("refuses __proto__", async () =>
    expectProblem(
      `{"__proto__":{"size":1},"contentType":"image/png"}`,
      422,
      "invalid-request",
      at("/__proto__"),
    ));
  it("refuses constructor", async () =>
    expectProblem({ ...PNG, constructor: {} }, 422, "invalid-request", at("/constructor")));
  it("says what to change in each of them", async () => {
    const { body } = await ask({
      contentType: 1,
      size: 1.5,
      filename: "",
      policy: null,
      extra: 1,
      checksum: { algorithm: "sha1" },
    });
    expect(body["errors"]).toEqual([
      { pointer: "/policy", detail: "must be a string" },
      { pointer: "/filename", detail: "must have at least 1 characters" },
      { pointer: "/contentType", detail: "must be a string" },
      { pointer: "/size", detail: "must be a whole number" },
      {
        pointer: "/checksum/algorithm",
        detail: 'must be "md5" or "sha256" or "crc32" or "crc32c" or "crc64nvme"',
      },
      { pointer: "/checksum/value", detail: "is required" },
      { pointer: "/extra", detail: "is not a known field" },
    ]);
  });
  it("names every error at once", async () => {
    const { body } = await ask({ contentType: 1, size: "5", filename: "" });
    expect(body["errors"]).toEqual([
      expect.objectContaining({ pointer: "/filename" }),
      expect.objectContaining({ pointer: "/contentType" }),
      expect.objectContaining({ pointer: "/size" }),
    ]);
  });
});

describe("size", () => {
  it("refuses a text", async () =>
    expectProblem({ ...PNG, size: "5" }, 422, "invalid-request", at("/size")));
  it("refuses a negative one", async () =>
    expectProblem({ ...PNG, size: -1 }, 422, "invalid-request", at("/size")));
  it("refuses zero", async () =>
    expectProblem({ ...PNG, size: 0 }, 422, "invalid-request", at("/size")));
  it("refuses a fraction", async () =>
    expectProblem({ ...PNG, size: 1.5 }, 422, "invalid-request", at("/size")));
  it("refuses one beyond exact numbers", async () =>
    expectProblem({ ...PNG, size: 2 ** 53 }, 422, "invalid-request", at("/size")));
  it("refuses 1e400", async () =>
    expectProblem('{"contentType":"image/png","size":1e400}', 422, "invalid-request", at("/size")));
  it("refuses one byte more than the policy allows, with both numbers", async () =>
    expectProblem({ ...PNG, size: 10_000_001 }, 413, "too-large", {
      limit: 10_000_000,
      actual: 10_000_001,
    }));
  it("takes the last byte that the policy allows", async () =>
    expect(await ask({ ...PNG, size: 10_000_000 })).toMatchObject({ status: 201 }));
  it("is required, unless the policy says otherwise", async () =>
    expectProblem(
      { policy: "document", filename: "a.txt", contentType: "text/plain" },
      422,
      "size-required",
    ));
  it("may be zero where the policy says so", async () => {
    const draft = { policy: "draft", filename: "a.txt", contentType: "text/plain", size: 0 };
    expect(await ask(draft)).toMatchObject({ status: 201, body: { contentLength: 0 } });
  });
  it("says that nothing limits the body where it is left out", async () => {
    const { size: _, ...unsized } = PNG;
    const { status, body } = await ask(unsized);
    expect(status).toBe(201);
    expect(body).toMatchObject({ sizeEnforced: false });
    expect(body).not.toHaveProperty("contentLength");
    expect(body["url"]).not.toContain("content-length");
  });
});

describe("type", () => {
  it.for([
    "image/png; charset=utf-8",
    "image/\u212Aind",
    "image",
    "image/",
    "/png",
    "image/*",
    "",
    "image/png\r\nx: y",
    "이미지/png",
  ])("refuses %j as no type", async (contentType) =>
    expectProblem({ ...PNG, contentType }, 422, "invalid-request", at("/contentType")),
  );
  it("has no case, and is signed in lower case", async () => {
    const { status, body } = await ask({ ...PNG, contentType: "Image/PNG" });
    expect(status).toBe(201);
    expect(body["headers"]).toMatchObject({ "content-type": "image/png" });
  });
  it("refuses one that the policy does not have", async () =>
    expectProblem(
      { ...PNG, filename: "a.mp4", contentType: "video/mp4" },
      415,
      "type-not-allowed",
    ));
  it.for([
    ["image/svg+xml", "photo"],
    ["text/html", "document"],
    ["application/xhtml+xml", "document"],
    ["text/xml", "document"],
    ["application/xml", "document"],
    ["application/atom+xml", "document"],
    ["text/javascript", "document"],
    ["application/javascript", "document"],
    ["application/x-sh", "document"],
    ["multipart/x-mixed-replace", "document"],
    ["multipart/related", "document"],
    ["multipart/mixed", "document"],
    ["message/rfc822", "document"],
    ["message/http", "document"],
    ["text/javascript1.0", "document"],
    ["text/javascript1.5", "document"],
    ["text/x-ecmascript", "document"],
    ["application/x-javascript", "document"],
    ["text/livescript", "document"],
    ["text/vbscript", "document"],
    ["application/mhtml", "document"],
    ["application/x-mhtml", "document"],
    ["text/cache-manifest", "document"],
    ["application/x-httpd-php", "document"],
    ["application/x-shockwave-flash", "document"],
    ["application/unknown", "document"],
    ["application/x-unknown-content-type", "document"],
    ["unknown/unknown", "document"],
  ] as const)("refuses %s, which a pattern does not name", async ([contentType, policy]) => {
    await expectProblem({ policy, filename: "a", contentType, size: 5 }, 415, "type-not-allowed");
  });
  it.for([
    ["image/svg+xml", "photo"],
    ["text/html", "document"],
  ] as const)("says that a browser could run %s, whose family a pattern names", async (row) => {
    const [contentType, policy] = row;
    await expectProblem({ policy, filename: "a", contentType, size: 5 }, 415, "type-not-allowed", {
      detail: `Use another type: a browser could run ${contentType}, so the policy "${policy}" has to name it`,
    });
  });
  it("takes html where the policy names it outright", async () =>
    expect(
      await ask({ policy: "page", filename: "a.html", contentType: "text/html", size: 5 }),
    ).toMatchObject({ status: 201 }));
});

describe("extension", () => {
  const keyOf = async (body: object) => (await ask({ ...PNG, ...body })).body["key"];
  it("is the file's own where the type has it", async () =>
    expect(await keyOf({ filename: "a.JPG", contentType: "image/jpeg" })).toMatch(/\.jpg$/));
  it("comes from the type where the name has none", async () =>
    expect(await keyOf({ filename: "a", contentType: "image/heic" })).toMatch(/\.heic$/));
  it("comes from the type where there is no name", async () =>
    expect(await keyOf({ filename: undefined, contentType: "image/webp" })).toMatch(/\.webp$/));
  it("is refused where it says another type", async () =>
    expectProblem({ ...PNG, filename: "a.html" }, 422, "invalid-request", at("/filename")));
  it.for([
    "a.html",
    "a.svg",
    "a.js",
    "a.php",
    "a.xml",
    "a.html.",
    "a.html ",
    "a.html. .",
    "a.HTML",
  ])("of %s is refused for a type without one", async (filename) =>
    expectProblem(
      { policy: "document", filename, contentType: "application/octet-stream", size: 5 },
      422,
      "invalid-request",
      at("/filename"),
    ),
  );
});

describe("file name", () => {
  const document = (filename: unknown) => ({
    policy: "document",
    filename,
    contentType: "application/pdf",
    size: 5,
  });
  it.for([
    "",
    ".",
    "..",
    "../a.pdf",
    "a/b.pdf",
    "a\\b.pdf",
    "a\u0000.pdf",
    "a\r\nb.pdf",
    "a\u202Efdp.pdf",
    "a\u200Bb.pdf",
    "a\uFFFFb.pdf",
    "a\u{1FFFE}b.pdf",
    "\uFEFFa.pdf",
    "a\uD800.pdf",
    "a".repeat(10_000),
    `${"가".repeat(250)}.pdf`.repeat(2),
    1,
    null,
  ])("refuses %j", async (filename) =>
    expectProblem(document(filename), 422, "invalid-request", at("/filename")),
  );

  it.for([
    "여행 (1).pdf",
    "a+b&c=d~e'!*.pdf",
    "100%.pdf",
    "%2e%2e.pdf",
    "🎉.pdf",
    ".pdf",
    "a..pdf",
    "#?;:@.pdf",
    "__proto__",
  ])("keeps %s as it is", async (filename) => {
    const { status, body } = await ask(document(filename));
    expect(status).toBe(201);
    expect(body["key"]).toBe(`documents/alice/00000000-0000-4000-8000-000000000002/${filename}`);
    const path = new URL(String(body["url"])).pathname.split("/").at(-1) ?? "";
    expect(path).toMatch(/^[A-Za-z0-9._~%-]+$/);
    expect(decodeURIComponent(path)).toBe(filename);
  });
  it("is the same text in Unicode form NFC if it comes from a Mac", async () => {
    const name = `${"여행".repeat(100)}.pdf`;
    const { status, body } = await ask(document(name.normalize("NFD")));
    expect(status).toBe(201);
    expect(body["key"]).toBe(`documents/alice/00000000-0000-4000-8000-000000000002/${name}`);
  });
  it("is required where it is part of the key", async () =>
    expectProblem(
      { policy: "document", contentType: "application/pdf", size: 5 },
      422,
      "invalid-request",
      at("/filename"),
    ));
});

describe("policy", () => {
  it("is the default one where none is named", async () => {
    const { policy: _, ...unnamed } = PNG;
    expect(await ask(unnamed)).toMatchObject({ status: 201, body: { policy: "photo" } });
  });
  it.for(["nothing", "", "__proto__", "constructor"])(
    "refuses %j, which there is not",
    async (policy) => expectProblem({ ...PNG, policy }, 404, "policy-not-found"),
  );
});

describe("checksum", () => {
  const avatar = { policy: "avatar", filename: "a.png", contentType: "image/png", size: 5 };
  it("is demanded where the policy says so", async () =>
    expectProblem(avatar, 422, "invalid-request", at("/checksum")));
  it("refuses an algorithm that the policy does not take", async () =>
    expectProblem(
      { ...avatar, checksum: { algorithm: "crc32", value: "AAAAAA==" } },
      422,
      "invalid-request",
      at("/checksum/algorithm"),
    ));
  it("refuses an algorithm that nobody knows", async () =>
    expectProblem(
      { ...avatar, checksum: { algorithm: "sha1", value: "" } },
      422,
      "invalid-request",
      at("/checksum/algorithm"),
    ));
  it.for([
    MD5,
    SHA256.slice(0, -1),
    `${SHA256}\n`,
    SHA256.replace("=", "*"),
    "",
    SHA256.replace(/.=$/, "F="),
  ])("refuses %j as a sha256", async (value) =>
    expectProblem(
      { ...avatar, checksum: { algorithm: "sha256", value } },
      422,
      "invalid-request",
      at("/checksum/value"),
    ),
  );
  it("is a signed header, never a query parameter", async () => {
    const { body } = await ask({ ...avatar, checksum: { algorithm: "sha256", value: SHA256 } });
    const query = new URL(String(body["url"])).searchParams;
    expect(body["headers"]).toMatchObject({ "x-amz-checksum-sha256": SHA256 });
    expect(query.get("X-Amz-SignedHeaders")).toBe(
      "content-length;content-type;host;if-none-match;x-amz-checksum-sha256",
    );
    expect([...query.keys()].map((name) => name.toLowerCase())).not.toContain(
      "x-amz-checksum-sha256",
    );
  });
  it("is Content-MD5 for md5", async () => {
    const { body } = await ask({ ...avatar, checksum: { algorithm: "md5", value: MD5 } });
    expect(body["headers"]).toMatchObject({ "content-md5": MD5 });
  });
});

describe("metadata", () => {
  const document = (metadata: unknown) => ({
    policy: "document",
    filename: "a.txt",
    contentType: "text/plain",
    size: 5,
    metadata,
  });
  it("is a signed header each, other text than ASCII by RFC 2047", async () => {
    const { body } = await ask(document({ album: "summer 2026", note: "제주" }));
    expect(body["headers"]).toEqual({
      "content-type": "text/plain",
      "if-none-match": "*",
      "x-amz-meta-album": "summer 2026",
      "x-amz-meta-note": "=?UTF-8?B?7KCc7KO8?=",
    });
  });
  it("refuses a name that the policy does not have", async () =>
    expectProblem(document({ owner: "x" }), 422, "invalid-request", at("/metadata/owner")));
  it("refuses __proto__", async () =>
    expectProblem(
      `{"policy":"document","filename":"a.txt","contentType":"text/plain","size":5,"metadata":{"__proto__":"x"}}`,
      422,
      "invalid-request",
    ));
  it.for(["a\r\nx-amz-acl: public-read", "a\nb", "a\u0000", "", "\uD800"])(
    "refuses %j as a value",
    async (album) =>
      expectProblem(document({ album }), 422, "invalid-request", at("/metadata/album")),
  );
  it("refuses a number", async () =>
    expectProblem(document({ album: 1 }), 422, "invalid-request", at("/metadata/album")));
  it("refuses more than the store keeps", async () =>
    expectProblem(document({ album: "x".repeat(2045) }), 422, "invalid-request", at("/metadata")));
});

describe("what the policy itself sets", () => {
  it("is signed with the rest", async () => {
    const { body } = await ask({
      policy: "page",
      filename: "a.html",
      contentType: "text/html",
      size: 5,
    });
    expect(body["headers"]).toEqual({
      "content-type": "text/html",
      "if-none-match": "*",
      "cache-control": "no-cache",
      "content-disposition": "attachment",
      "x-amz-storage-class": "STANDARD_IA",
      "x-amz-tagging": "kind=page&team=a+b",
    });
    expect(new URL(String(body["url"])).searchParams.get("X-Amz-SignedHeaders")).toBe(
      "cache-control;content-disposition;content-length;content-type;host;if-none-match;x-amz-storage-class;x-amz-tagging",
    );
  });
  it("leaves if-none-match out only where it says overwrite", async () => {
    const { body } = await ask({
      policy: "draft",
      filename: "a.txt",
      contentType: "text/plain",
      size: 5,
    });
    expect(body["headers"]).toEqual({ "content-type": "text/plain" });
  });
  it("dates the key in UTC", async () => {
    const { body } = await ask({
      policy: "page",
      filename: "a.html",
      contentType: "text/html",
      size: 5,
    });
    expect(body["key"]).toBe("pages/alice/2026/11/22/00000000-0000-4000-8000-000000000002.html");
  });
});

describe("multipart", () => {
  it("takes false, and refuses what is not there", async () => {
    expect(await ask({ ...PNG, multipart: false })).toMatchObject({ status: 201 });
    await expectProblem({ ...PNG, multipart: true }, 422, "invalid-request", at("/multipart"));
  });
});

describe("background", () => {
  const TEXT = { policy: "document", filename: "a.txt", contentType: "text/plain", size: 5 };

  it("makes the ticket live as long as the policy says, in the answer and in what is signed", async () => {
    const { status, body } = await ask({ ...TEXT, background: true });
    expect(status).toBe(201);
    expect(body).toMatchObject({ expiresIn: 86_400, expiresAt: "2026-11-23T07:00:00Z" });
    const { searchParams } = new URL(String(body["url"]));
    expect(searchParams.get("X-Amz-Expires")).toBe("86400");
  });

  it("changes nothing where it is false", async () => {
    expect(await ask({ ...TEXT, background: false })).toMatchObject({ body: { expiresIn: 300 } });
  });

  it("is refused where the policy has no such tickets", async () =>
    expectProblem({ ...PNG, background: true }, 422, "invalid-request", at("/background")));

  it("is true or false", async () =>
    expectProblem({ ...TEXT, background: "yes" }, 422, "invalid-request", at("/background")));
});
