import { describe, expect, it } from "vitest";
import { postUpload, startWorker, tokenFor } from "../support/start-worker.ts";

const PNG = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };

describe("a token that allows less", () => {
  const status = async (claims: object, body: object = {}) => {
    const response = await postUpload(startWorker(), { ...PNG, ...body }, { ...claims });
    return { status: response.status, body: await response.json<Record<string, unknown>>() };
  };
  const exact = "documents/alice/contract-7/계약.pdf";
  const document = { policy: "document", filename: "ignored.pdf", contentType: "application/pdf" };

  it("is held to its policies", async () => {
    expect(await status({ policies: ["photo"] })).toMatchObject({ status: 201 });
    expect(await status({ policies: ["avatar"] })).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
    expect(await status({ policies: [] })).toMatchObject({ status: 403 });
  });
  it("is held to its bytes, and has to tell the size", async () => {
    expect(await status({ maxBytes: 4 })).toMatchObject({
      status: 413,
      body: { limit: 4, actual: 5 },
    });
    expect(await status({ maxBytes: 4 }, { size: undefined })).toMatchObject({
      status: 422,
      body: { code: "size-required" },
    });
  });
  it("cannot have more bytes than the policy", async () => {
    expect(await status({ maxBytes: 99_000_000 }, { size: 10_000_001 })).toMatchObject({
      status: 413,
      body: { limit: 10_000_000 },
    });
  });
  it("may name the one key that it is for", async () => {
    expect(await status({ key: exact }, document)).toMatchObject({
      status: 201,
      body: { key: exact },
    });
  });
  it("may name the prefix that it is for", async () => {
    expect(await status({ key: "photos/alice/" })).toMatchObject({ status: 201 });
    expect(await status({ key: "photos/ali" })).toMatchObject({ status: 403 });
    expect(await status({ key: "photos/alice/2026/" })).toMatchObject({
      status: 403,
      body: { code: "key-outside-prefix" },
    });
  });
  it.for([
    "documents/bob/contract-7/a.pdf",
    "documents/alice/../bob/a.pdf",
    "documents/alice/contract-7/x/a.pdf",
    "documents/alice/contract-7/..",
    "documents/alice//a.pdf",
    "/documents/alice/contract-7/a.pdf",
    "documents/alice/contract-7",
    "documents/alic./contract-7/a.pdf",
    "documents/alice/contract-7/a\u0000.pdf",
    "documents/bob/",
  ])("cannot widen to %s", async (key) => {
    expect(await status({ key }, document)).toMatchObject({
      status: 403,
      body: { code: "key-outside-prefix" },
    });
  });
  it("has to bring the claims of the key", async () => {
    const tenant = { policy: "tenant" };
    expect(await status({ tenant: "acme/../x" }, tenant)).toMatchObject({
      status: 201,
      body: { key: expect.stringMatching(/^tenants\/acme\.2f\.2e\.2e\.2fx\/alice\//) as string },
    });
    expect(await status({}, tenant)).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(await status({ tenant: "" }, tenant)).toMatchObject({ status: 403 });
  });
});

describe("a token that is restricted to actions", () => {
  const ID = "not-an-id";
  const ROUTES = [
    ["upload", "POST", "/v1/uploads"],
    ["upload", "POST", "/v1/uploads/batch"],
    ["upload", "GET", `/v1/uploads/${ID}`],
    ["upload", "GET", `/v1/uploads/${ID}/parts`],
    ["upload", "POST", `/v1/uploads/${ID}/parts`],
    ["upload", "POST", `/v1/uploads/${ID}/complete`],
    ["upload", "POST", "/v1/uploads/batch/complete"],
    ["upload", "DELETE", `/v1/uploads/${ID}`],
    ["upload", "GET", "/presigned-url"],
    ["upload", "GET", "/s3/params"],
    ["upload", "POST", "/s3/multipart"],
    ["upload", "GET", `/s3/multipart/${ID}`],
    ["upload", "POST", `/s3/multipart/${ID}/complete`],
    ["upload", "DELETE", `/s3/multipart/${ID}`],
    ["upload", "POST", "/s3/presign"],
    ["upload", "POST", `/s3/uploads/${ID}`],
    ["list", "GET", "/v1/uploads"],
    ["download", "POST", "/v1/downloads"],
    ["delete", "DELETE", "/v1/objects"],
  ] as const;
  const ask = async (method: string, path: string, actions?: unknown) => {
    const token = await tokenFor(actions === undefined ? {} : { actions });
    const headers = { authorization: `Bearer ${token}` };
    const response = await startWorker().fetch(path, { method, headers });
    const { code, detail } = await response.json<{ code?: string; detail?: string }>();
    return { status: response.status, code, detail: detail ?? "" };
  };

  it.for(ROUTES)("needs %s for %s %s", async ([action, method, path]) => {
    const others = ["upload", "download", "delete", "list"].filter((name) => name !== action);
    expect(await ask(method, path, others)).toEqual({
      status: 403,
      code: "forbidden",
      detail: `Add "${action}" to the token's claim actions: it allows ${others.join(", ")}`,
    });
    // The request is wrong in other ways: it gets as far as that of a token without restrictions.
    expect(await ask(method, path, [action])).toEqual(await ask(method, path));
  });

  it("does nothing with an empty list", async () => {
    expect(await ask("POST", "/v1/uploads", [])).toMatchObject({
      status: 403,
      detail: `Add "upload" to the token's claim actions: it allows none`,
    });
  });

  it("tells nobody whether a path exists", async () => {
    expect(await ask("GET", "/v1/nothing", [])).toMatchObject({ status: 404, code: "not-found" });
  });

  it.for([["upload", "write"], "upload", { upload: true }, null, 1, [["upload"]]])(
    "is invalid with %j",
    async (actions) => {
      expect(await ask("POST", "/v1/uploads", actions)).toMatchObject({ status: 401 });
    },
  );
});
