import { describe, expect, it } from "vitest";
import { NOW, startWorker, type TestWorker } from "../support/start-worker.ts";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  UPLOAD_ID,
  at,
  createUpload,
  createStore,
  expectProblem,
  putParts,
  refused,
  send,
  status,
  type FakeStore,
} from "../support/fake-store.ts";

interface Setting {
  readonly store: FakeStore;
  readonly worker: TestWorker;
  readonly moveClock: (seconds: number) => void;
}

function start(secrets: Readonly<Record<string, string>> = PARTS_ENV): Setting {
  const store = createStore();
  let now = NOW;
  const dependencies = { fetch: store.fetch, now: () => now };
  return {
    store,
    worker: startWorker({ config: PARTS_CONFIG, env: secrets, dependencies }),
    moveClock: (seconds) => void (now += seconds * 1000),
  };
}

const complete = async (worker: TestWorker, id: string, body?: object, claims = {}) =>
  send(worker, "POST", `/v1/uploads/${id}/complete`, { body, claims });

const abort = async (worker: TestWorker, id: string, claims = {}) =>
  send(worker, "DELETE", `/v1/uploads/${id}`, { claims });

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("completion of parts", () => {
  const SIZE = 3 * 8 * MiB - 1;

  async function startSent(fields: object = {}): Promise<Setting & { readonly id: string }> {
    const setting = start();
    const { id } = await createUpload(setting.worker, SIZE, fields);
    putParts(setting.store, SIZE);
    return { ...setting, id };
  }

  it("names every part in order with the ETag that the store returned, and verifies the object", async () => {
    const { store, worker, id } = await startSent();
    store.parts.clear();
    for (const partNumber of [3, 1, 2]) {
      const size = partNumber === 3 ? 8 * MiB - 1 : 8 * MiB;
      store.parts.set(partNumber, { size, etag: `etag&amp;${partNumber}` });
    }
    const response = await complete(worker, id, {
      parts: [{ partNumber: 1, etag: "what the client says" }],
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      id,
      status: "completed",
      policy: "video",
      key: "videos/alice/00000000-0000-4000-8000-000000000002.mp4",
      size: SIZE,
      contentType: "video/mp4",
      etag: "whole",
      metadata: {},
      completedAt: "2026-11-22T07:00:00Z",
      receipt: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as string,
    });
    const { url, headers, body } = store.single("CompleteMultipartUpload");
    expect(Object.fromEntries(url.searchParams)).toEqual({ uploadId: UPLOAD_ID });
    expect(headers.get("if-none-match")).toBe("*");
    expect(body).toBe(
      '<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
        '<Part><PartNumber>1</PartNumber><ETag>"etag&amp;1"</ETag></Part>' +
        '<Part><PartNumber>2</PartNumber><ETag>"etag&amp;2"</ETag></Part>' +
        '<Part><PartNumber>3</PartNumber><ETag>"etag&amp;3"</ETag></Part>' +
        "</CompleteMultipartUpload>",
    );
  });

  it("leaves if-none-match out where the policy lets objects be replaced", async () => {
    const { store, worker, id } = await startSent({ policy: "draft" });
    expect((await complete(worker, id)).status).toBe(200);
    expect(store.single("CompleteMultipartUpload").headers.has("if-none-match")).toBe(false);
  });

  it("asks with the writing key for parts, and with the reading one for the object", async () => {
    const reading = { MEDIA_READ_ACCESS_KEY_ID: "AKIDREAD", MEDIA_READ_SECRET_ACCESS_KEY: "r" };
    const { store, worker } = start({ ...PARTS_ENV, ...reading });
    const { id, multipart } = await createUpload(worker, 8 * MiB);
    putParts(store, 8 * MiB);
    await complete(worker, id);
    expect(
      store.requests.map(({ operation, headers }) => [
        operation,
        /Credential=(\w+)/.exec(headers.get("authorization") ?? "")?.[1],
      ]),
    ).toEqual([
      ["CreateMultipartUpload", "AKIDMEDIA"],
      ["ListParts", "AKIDMEDIA"],
      ["CompleteMultipartUpload", "AKIDMEDIA"],
      ["HeadObject", "AKIDREAD"],
    ]);
    expect(multipart.parts[0]?.url).toContain("X-Amz-Credential=AKIDMEDIA");
  });

  it.for([
    ["is missing", undefined],
    ["is too short", { size: 8 * MiB - 1, etag: "short" }],
    ["is too long", { size: 8 * MiB + 1, etag: "long" }],
  ] as const)("puts nothing together while a part %s", async ([, part]) => {
    const { store, worker, id } = await startSent();
    if (part) store.parts.set(2, part);
    else store.parts.delete(2);
    const response = await complete(worker, id);
    await expectProblem(response, 422, "verification-failed", {
      upload: "pending",
      detail: expect.stringMatching(/: 2$/) as string,
    });
    expect(store.count("CompleteMultipartUpload")).toBe(0);
    putParts(store, SIZE);
    expect((await complete(worker, id)).status).toBe(200);
  });

  it("names the first of many missing parts, and how many more there are", async () => {
    const { worker } = start();
    const { id } = await createUpload(worker, 10_000 * 8 * MiB);
    await expectProblem(await complete(worker, id), 422, "verification-failed", {
      detail: expect.stringMatching(/: 1, 2, .*, 25 and 9975 more$/) as string,
    });
  });

  it("passes over a part beyond the last one", async () => {
    const { store, worker, id } = await startSent();
    store.parts.set(4, { size: 8 * MiB, etag: "more" });
    expect((await complete(worker, id)).status).toBe(422);
    expect(store.single("CompleteMultipartUpload").body).not.toContain("more");
  });

  it.for([
    ["fails", () => status(500), 502, "store-unavailable"],
    ["says 200 and then an error", () => refused("InternalError", 200), 502, "store-unavailable"],
    ["says 200 and nothing", () => status(200), 502, "store-unavailable"],
    ["lacks a part", () => refused("InvalidPart", 400), 422, "verification-failed"],
    ["finds a part too small", () => refused("EntityTooSmall", 400), 422, "verification-failed"],
    ["finds another checksum", () => refused("BadDigest", 400), 422, "verification-failed"],
  ] as const)("answers its problem where the store %s", async ([, script, statusCode, code]) => {
    const { store, worker, id } = await startSent();
    store.scripts.CompleteMultipartUpload = script;
    await expectProblem(await complete(worker, id), statusCode, code);
    expect(store.count("HeadObject")).toBe(0);
    delete store.scripts.CompleteMultipartUpload;
    expect((await complete(worker, id)).status).toBe(200);
  });

  it("is idempotent under such a key, also where the store cannot list", async () => {
    const { store, worker } = start();
    store.scripts.ListParts = () => refused("NotImplemented", 501);
    const body = { contentType: "video/mp4", size: SIZE, multipart: true };
    const claims = { key: "videos/alice/mine.mp4" };
    const { id } = await (
      await send(worker, "POST", "/v1/uploads", { body, claims })
    ).json<{ id: string }>();
    putParts(store, SIZE);
    const parts = [...store.parts].map(([partNumber, { etag }]) => ({ partNumber, etag }));
    for (const _ of [1, 2]) expect((await complete(worker, id, { parts })).status).toBe(200);
    expect(store.count("CompleteMultipartUpload")).toBe(1);
  });

  it("answers a client that lost its ETags, where the store cannot list and it was completed before", async () => {
    const { store, worker, id } = await startSent();
    store.scripts.ListParts = () => refused("NotImplemented", 501);
    await expectProblem(await complete(worker, id, {}), 422, "invalid-request", at("/parts"));
    const parts = [...store.parts].map(([partNumber, { etag }]) => ({ partNumber, etag }));
    expect((await complete(worker, id, { parts })).status).toBe(200);
    expect((await complete(worker, id, {})).status).toBe(200);
  });

  it("does not replace an object under a key that a token has named", async () => {
    const { store, worker } = start();
    const claims = { key: "videos/alice/mine.mp4" };
    const body = { contentType: "video/mp4", size: SIZE, multipart: true };
    const created = await send(worker, "POST", "/v1/uploads", { body, claims });
    expect(created.status).toBe(201);
    const { id, key } = await created.json<{ id: string; key: string }>();
    expect(key).toBe(claims.key);
    putParts(store, SIZE);
    store.object = { "content-length": "3", "content-type": "video/mp4", etag: '"other"' };
    await expectProblem(await complete(worker, id), 409, "already-exists");
    expect(store.count("CompleteMultipartUpload")).toBe(0);
    store.object = undefined;
    store.scripts.CompleteMultipartUpload = () => refused("PreconditionFailed", 412);
    await expectProblem(await complete(worker, id), 409, "already-exists");
  });

  it("is this upload's own where the store has an object under a key that no other can have", async () => {
    const { store, worker, id } = await startSent();
    store.scripts.CompleteMultipartUpload = () => refused("PreconditionFailed", 412);
    store.object = { "content-length": String(SIZE), "content-type": "video/mp4", etag: '"x"' };
    expect((await complete(worker, id)).status).toBe(200);
  });

  it.for([
    ["to the listing", "ListParts"],
    ["to the completion", "CompleteMultipartUpload"],
  ] as const)("is done where an answer %s was lost and the object is there", async ([, gone]) => {
    const { store, worker, id } = await startSent();
    store.scripts[gone] = () => refused("NoSuchUpload", 404);
    store.object = { "content-length": String(SIZE), "content-type": "video/mp4", etag: '"x"' };
    const response = await complete(worker, id);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: "completed", etag: "x", size: SIZE });
  });

  it("is over where the upload is gone and no object is there", async () => {
    const { store, worker, id } = await startSent();
    store.scripts.ListParts = () => refused("NoSuchUpload", 404);
    await expectProblem(await complete(worker, id), 410, "upload-expired");
  });

  it("can be asked for twice", async () => {
    const { store, worker, id } = await startSent();
    expect((await complete(worker, id)).status).toBe(200);
    store.scripts.ListParts = () => refused("NoSuchUpload", 404);
    expect((await complete(worker, id)).status).toBe(200);
    expect(store.count("CompleteMultipartUpload")).toBe(1);
  });

  it("rejects an object that is not what was granted, and takes it away", async () => {
    const { store, worker, id } = await startSent();
    store.scripts.ListParts = () => refused("NoSuchUpload", 404);
    store.object = { "content-length": String(SIZE - 1), "content-type": "video/mp4", etag: '"x"' };
    await expectProblem(await complete(worker, id), 422, "verification-failed", {
      upload: "rejected",
    });
    expect(store.object).toBeUndefined();
  });

  describe("where the store cannot list", () => {
    async function startUnlisted(): Promise<Setting & { readonly id: string }> {
      const setting = await startSent();
      setting.store.scripts.ListParts = () => refused("NotImplemented", 501);
      return setting;
    }
    const named = (count: number) =>
      numbers(count).map((partNumber) => ({ partNumber, etag: `"client-${partNumber}"` }));

    it("takes the ETags that the client saw, and the answer says so", async () => {
      const { store, worker, id } = await startUnlisted();
      const response = await complete(worker, id, { parts: named(3).toReversed() });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ status: "completed", partsListed: false });
      const { body } = store.single("CompleteMultipartUpload");
      expect(body).toContain(
        '<Part><PartNumber>1</PartNumber><ETag>"client-1"</ETag></Part>' +
          '<Part><PartNumber>2</PartNumber><ETag>"client-2"</ETag></Part>' +
          '<Part><PartNumber>3</PartNumber><ETag>"client-3"</ETag></Part>',
      );
    });

    it("writes what the client names as text", async () => {
      const { store, worker, id } = await startUnlisted();
      const etag = "</ETag></Part><Part>&";
      await complete(worker, id, { parts: [...named(2), { partNumber: 3, etag }] });
      const { body } = store.single("CompleteMultipartUpload");
      expect(body.match(/<Part>/g)).toHaveLength(3);
      expect(body).toContain('<ETag>"&lt;/ETag&gt;&lt;/Part&gt;&lt;Part&gt;&amp;"</ETag>');
    });

    it.for([
      ["nothing", undefined],
      ["too few", named(2)],
      ["too many", named(4)],
      ["one twice", [...named(2), { partNumber: 2, etag: "x" }]],
    ] as const)("refuses a client that names %s", async ([, parts]) => {
      const { store, worker, id } = await startUnlisted();
      const response = await complete(worker, id, parts && { parts });
      await expectProblem(response, 422, "invalid-request", at("/parts"));
      expect(store.count("CompleteMultipartUpload")).toBe(0);
    });

    it("takes the ETags of as many parts as an upload may have", async () => {
      const { store, worker } = start();
      const size = 10_000 * 8 * MiB;
      const { id } = await createUpload(worker, size);
      putParts(store, size);
      store.scripts.ListParts = () => refused("NotImplemented", 501);
      const etag = '"0123456789abcdef0123456789abcdef"';
      const parts = numbers(10_000).map((partNumber) => ({ partNumber, etag }));
      const response = await complete(worker, id, { parts });
      expect(response.status).toBe(200);
    });
  });
});

describe("aborting parts", () => {
  it("makes the store forget them, as often as it is asked for", async () => {
    const { store, worker } = start();
    const { id, key } = await createUpload(worker, 8 * MiB);
    expect((await abort(worker, id)).status).toBe(204);
    const { method, url } = store.single("AbortMultipartUpload");
    expect(`${method} ${url.pathname}`).toBe(`DELETE /${key}`);
    expect(Object.fromEntries(url.searchParams)).toEqual({ uploadId: UPLOAD_ID });
    store.scripts.AbortMultipartUpload = () => refused("NoSuchUpload", 404);
    expect((await abort(worker, id)).status).toBe(204);
  });

  it("takes no object away that was completed", async () => {
    const { store, worker } = start();
    const { id } = await createUpload(worker, 8 * MiB);
    putParts(store, 8 * MiB);
    await complete(worker, id);
    expect((await abort(worker, id)).status).toBe(204);
    expect(store.count("DeleteObject")).toBe(0);
    expect(store.object).toBeDefined();
  });

  it("answers 502 where the store is down", async () => {
    const { store, worker } = start();
    const { id } = await createUpload(worker, 8 * MiB);
    store.scripts.AbortMultipartUpload = () => status(500);
    await expectProblem(await abort(worker, id), 502, "store-unavailable");
  });
});
