import { describe, expect, it } from "vitest";
import { postUpload, startWorker } from "../support/start-worker.ts";

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
