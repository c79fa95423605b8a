import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmbedding, type Embedding } from "../support/embedding.ts";

let workers: Embedding;
beforeAll(async () => {
  workers = await startEmbedding();
});
afterAll(async () => workers.close());

const TEXT = { policy: "document", filename: "a.txt", contentType: "text/plain", size: 5 };
const PNG = { policy: "limited", filename: "a.png", contentType: "image/png", size: 5 };

interface Created {
  readonly ok: boolean;
  readonly id: string;
  readonly key: string;
  readonly url: string;
  readonly headers: Record<string, string>;
}

async function upload(binding: string, user: string, what: object): Promise<Created> {
  const created = (await workers.call(binding, "createUpload", {
    user,
    ...what,
  })) as unknown as Created;
  expect(created).toMatchObject({ ok: true });
  const put = await fetch(created.url, { method: "PUT", headers: created.headers, body: "hello" });
  expect(put.status).toBe(200);
  return created;
}

describe("another Worker, by a service binding", () => {
  it("uploads, completes, verifies the receipt, reads, lists and deletes for a user", async () => {
    const { id, key } = await upload("UPLOADS", "alice", PNG);
    expect(key).toMatch(/^limited\/alice\//);
    const completed = await workers.call("UPLOADS", "complete", { user: "alice", id });
    expect(completed).toMatchObject({ ok: true, status: "completed", key, size: 5 });

    const { receipt } = completed;
    const { call } = workers;
    const verify = async (binding: string, user: string) =>
      call(binding, "verifyReceipt", { origin: undefined, user, receipt });
    expect(await verify("UPLOADS", "alice")).toMatchObject({
      ok: true,
      user: "alice",
      issuer: "urn:edge-presigner:session",
      policy: "limited",
      key,
      size: 5,
      contentType: "image/png",
    });
    const invalid = { ok: false, code: "invalid-request", errors: [{ pointer: "/receipt" }] };
    expect(await verify("UPLOADS", "bob")).toMatchObject(invalid);
    // Its policies do not have this one.
    expect(await verify("READER", "alice")).toMatchObject(invalid);

    const download = await call("UPLOADS", "createDownload", {
      user: "alice",
      policy: "limited",
      key,
    });
    expect(await (await fetch(String(download["url"]))).text()).toBe("hello");
    expect(
      await call("UPLOADS", "listUploads", { user: "alice", status: "completed" }),
    ).toMatchObject({
      ok: true,
      uploads: [{ status: "completed", key }],
    });
    expect(
      await call("UPLOADS", "deleteObject", { user: "alice", policy: "limited", key }),
    ).toEqual({
      ok: true,
    });
    expect((await fetch(String(download["url"]))).status).toBe(404);
  });

  it("learns what a user may do, and completes several uploads at once", async () => {
    const one = await upload("UPLOADS", "erin", PNG);
    const other = await upload("UPLOADS", "erin", TEXT);
    const { call } = workers;
    expect(await call("UPLOADS", "listPolicies", { user: "erin" })).toMatchObject({
      ok: true,
      default: "document",
      policies: [
        { name: "document", download: true },
        { name: "limited", quota: { uploads: { limit: 50, remaining: 49 } } },
      ],
    });
    const ids = [one.id, other.id, "nobody"];
    expect(await call("UPLOADS", "completeBatch", { user: "erin", ids })).toMatchObject({
      ok: true,
      results: [
        { status: 200, upload: { key: one.key } },
        { status: 200, upload: { key: other.key } },
        { status: 404, problem: { code: "upload-not-found" } },
      ],
    });
  });

  it("shares ledger, ids and prefix with the user's own requests over HTTP", async () => {
    const { id, key } = await upload("UPLOADS", "carol", PNG);
    const headers = { cookie: "user=carol", origin: workers.url };
    const completed = await fetch(`${workers.url}/api/uploads/v1/uploads/${id}/complete`, {
      method: "POST",
      headers,
    });
    expect(await completed.json()).toMatchObject({ status: "completed", key });
    await expect.poll(() => workers.readLog().join("\n")).toContain(`completed carol ${key} 5`);
  });

  it("gets credentials for the user's own prefix, if its props have that action", async () => {
    const { call } = workers;
    const asked = { user: "frank", policy: "sync", actions: ["read"] };
    const given = await call("JOBS", "createCredentials", asked);
    expect(given).toMatchObject({
      ok: true,
      bucket: "acme-media",
      prefix: "sync/frank/",
      expiresIn: 3600,
    });
    const token = atob(String(given["sessionToken"])).slice("jwt/".length);
    expect(decodeJwt(token)).toMatchObject({
      scope: "object-read-only",
      paths: { prefixPaths: ["sync/frank/"], objectPaths: [] },
    });
    expect(await call("UPLOADS", "createCredentials", asked)).toMatchObject({ code: "forbidden" });
    const other = { ...asked, policy: "document" };
    expect(await call("JOBS", "createCredentials", other)).toMatchObject({
      code: "invalid-request",
    });
    const limited = { ...asked, claims: { maxBytes: 5 } };
    expect(await call("JOBS", "createCredentials", limited)).toMatchObject({ code: "forbidden" });
    expect(await call("JOBS", "createUpload", { user: "frank", ...TEXT })).toMatchObject({
      code: "forbidden",
    });
  });

  it("creates one upload for a call that is made again with its idempotencyKey", async () => {
    const { call } = workers;
    const again = { user: "dora", ...PNG, idempotencyKey: "order 5" };
    const first = await call("UPLOADS", "createUpload", again);
    expect(await call("UPLOADS", "createUpload", again)).toMatchObject({
      ok: true,
      id: first["id"],
    });
    expect(await call("UPLOADS", "createUpload", { ...again, size: 6 })).toMatchObject({
      ok: false,
      code: "idempotency-key-reused",
      status: 422,
    });
    for (const idempotencyKey of ["", "a".repeat(256), "a\n", 5])
      expect(await call("UPLOADS", "createUpload", { ...again, idempotencyKey })).toMatchObject({
        ok: false,
        code: "invalid-request",
        errors: [{ pointer: "/idempotencyKey" }],
      });
  });

  it("is told what to change, in the words of the HTTP API", async () => {
    const { call } = workers;
    expect(
      await call("UPLOADS", "createUpload", { user: "alice", ...PNG, size: 10_000_001 }),
    ).toMatchObject({
      ok: false,
      code: "too-large",
      status: 413,
      limit: 10_000_000,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(
      await call("UPLOADS", "createUpload", { user: "alice", ...TEXT, sise: 5 }),
    ).toMatchObject({
      ok: false,
      code: "invalid-request",
      errors: [{ pointer: "/sise" }],
    });
    expect(await call("UPLOADS", "createUpload", { user: "", ...TEXT })).toMatchObject({
      code: "invalid-request",
      errors: [{ pointer: "/user" }],
    });
    expect(
      await call("UPLOADS", "deleteObject", {
        user: "reader",
        policy: "limited",
        key: "limited/reader/00000000-0000-4000-8000-000000000001.png",
      }),
    ).toMatchObject({ ok: false, code: "forbidden" });
    expect(workers.readLog().join("\n")).not.toContain("Uncaught");
  });
});

describe("a service binding", () => {
  it.for(["BARE", "STRANGER", "SLOPPY"])(
    "without the rights of a known issuer gets nothing: %s",
    async (binding) => {
      for (const [method, argument] of [
        ["createUpload", TEXT],
        ["complete", { id: "x" }],
        ["createDownload", { policy: "document", key: "documents/alice/x/a.txt" }],
        ["deleteObject", { policy: "document", key: "documents/alice/x/a.txt" }],
        ["listUploads", {}],
        ["listPolicies", {}],
        ["createCredentials", { policy: "sync" }],
        ["completeBatch", { ids: ["x"] }],
      ] as const)
        expect(await workers.call(binding, method, { user: "alice", ...argument })).toMatchObject({
          ok: false,
          code: "forbidden",
        });
      expect(
        await workers.call(binding, "verifyReceipt", {
          origin: undefined,
          user: "alice",
          receipt: "x",
        }),
      ).toMatchObject({ ok: false });
    },
  );

  it("of another issuer reaches nothing of a user with the same id", async () => {
    const { id, key } = await upload("UPLOADS", "dave", PNG);
    const { receipt } = await workers.call("UPLOADS", "complete", { user: "dave", id });
    const { call } = workers;
    const refused = { ok: false };
    expect(await call("TOKENS", "complete", { user: "dave", id })).toMatchObject({
      ...refused,
      code: "upload-not-found",
    });
    expect(
      await call("TOKENS", "createDownload", { user: "dave", policy: "limited", key }),
    ).toMatchObject({
      ...refused,
      code: "key-outside-prefix",
    });
    expect(
      await call("TOKENS", "deleteObject", { user: "dave", policy: "limited", key }),
    ).toMatchObject(refused);
    expect(await call("TOKENS", "listUploads", { user: "dave" })).toMatchObject({
      ok: true,
      uploads: [],
    });
    expect(
      await call("TOKENS", "verifyReceipt", { origin: undefined, user: "dave", receipt }),
    ).toMatchObject({ ...refused, code: "invalid-request" });
    const own = await upload("TOKENS", "dave", PNG);
    expect(own.key).toMatch(/^limited\/token\.-dave\//);
  });

  it("does no more than its props say, whatever the claims say", async () => {
    const { call } = workers;
    const key = "limited/alice/00000000-0000-4000-8000-000000000001.png";
    const write = { user: "alice", ...TEXT };
    const read = { user: "alice", policy: "limited", key };
    const forbidden = { ok: false, code: "forbidden" };
    // One claim at a time: another right that is missing would hide that this one was given.
    for (const claims of [{}, { actions: ["upload"] }, { actions: ["upload", "download"] }])
      expect(await call("READER", "createUpload", { ...write, claims })).toMatchObject(forbidden);
    for (const claims of [{}, { policies: ["limited"] }, { policies: ["document", "limited"] }])
      expect(await call("READER", "createDownload", { ...read, claims })).toMatchObject(forbidden);
    // With the rights, the store is asked.
    expect(await call("UPLOADS", "createDownload", read)).toMatchObject({ code: "not-found" });
  });

  it("does less where the claims say so", async () => {
    const { call } = workers;
    const create = async (claims: object) =>
      call("UPLOADS", "createUpload", { user: "alice", ...PNG, claims });
    expect(await create({ maxBytes: 4 })).toMatchObject({ ok: false, code: "too-large" });
    expect(await create({ policies: ["document"] })).toMatchObject({ code: "forbidden" });
    expect(await create({ actions: ["download"] })).toMatchObject({ code: "forbidden" });
    expect(await create({ maxBytes: 5, policies: ["limited"] })).toMatchObject({ ok: true });
  });

  it("of a development configuration works on a loopback origin alone", async () => {
    for (const origin of [
      undefined,
      "https://uploads.example.com",
      "http://localhost.evil.example",
    ])
      expect(
        await workers.call("UPLOADS", "createUpload", { user: "alice", ...TEXT, origin }),
      ).toMatchObject({
        ok: false,
        code: "invalid-request",
        errors: [{ pointer: "/origin" }],
      });
  });

  it("cannot be reached over HTTP", async () => {
    const response = await fetch(`${workers.url}/createUpload`, { method: "POST" });
    expect(response.status).toBe(404);
  });
});
