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

const GiB = 1024 * MiB;

const TiB = 1024 * GiB;

const HOUR = 3600;

const SHA256 = btoa("\u0001".repeat(32));

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

const create = async (worker: TestWorker, body: object) =>
  send(worker, "POST", "/v1/uploads", { body: { contentType: "video/mp4", ...body } });

const signParts = async (worker: TestWorker, id: string, body: object, claims = {}) =>
  send(worker, "POST", `/v1/uploads/${id}/parts`, { body, claims });

const getParts = async (worker: TestWorker, id: string, claims = {}) =>
  send(worker, "GET", `/v1/uploads/${id}/parts`, { claims });

const complete = async (worker: TestWorker, id: string, body?: object, claims = {}) =>
  send(worker, "POST", `/v1/uploads/${id}/complete`, { body, claims });

const abort = async (worker: TestWorker, id: string, claims = {}) =>
  send(worker, "DELETE", `/v1/uploads/${id}`, { claims });

interface CreatedUpload {
  readonly id: string;
  readonly expiresIn: number;
  readonly multipart: { readonly parts: readonly { readonly url: string }[] };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("a multipart upload", () => {
  it("answers the first window of tickets in place of a url", async () => {
    const { worker } = start();
    const response = await create(worker, { size: 30 * 8 * MiB });
    const body = await response.json<Record<string, unknown>>();
    expect(response.status).toBe(201);
    expect(response.headers.get("location")).toBe(`/v1/uploads/${String(body["id"])}`);
    expect(body).toEqual({
      id: expect.any(String) as string,
      status: "pending",
      policy: "video",
      key: "videos/alice/00000000-0000-4000-8000-000000000002.mp4",
      multipart: {
        uploadId: UPLOAD_ID,
        partSize: 8 * MiB,
        partCount: 30,
        parts: numbers(25).map((partNumber) => ({
          partNumber,
          method: "PUT",
          url: expect.stringContaining(`partNumber=${partNumber}&`) as string,
          headers: {},
          contentLength: 8 * MiB,
          expiresIn: 300,
          expiresAt: "2026-11-22T07:05:00Z",
        })),
        nextPartNumber: 26,
      },
      expiresIn: 24 * HOUR,
      expiresAt: "2026-11-23T07:00:00Z",
    });
  });

  it("names no next part where all are signed", async () => {
    const { multipart } = await createUpload(start().worker, 25 * 8 * MiB);
    expect(multipart.parts).toHaveLength(25);
    expect(multipart).not.toHaveProperty("nextPartNumber");
  });

  it("signs exactly the length and the host of each part, its number and its upload", async () => {
    const { key, multipart } = await createUpload(start().worker, 8 * MiB + 7);
    const [first, second, ...others] = multipart.parts.map(({ url }) => new URL(url));
    expect(others).toEqual([]);
    expect(first?.origin).toBe("https://acme-media.s3.ap-northeast-2.amazonaws.com");
    expect(first?.pathname).toBe(`/${key}`);
    expect(Object.fromEntries(first?.searchParams ?? [])).toEqual({
      partNumber: "1",
      uploadId: UPLOAD_ID,
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": "AKIDMEDIA/20261122/ap-northeast-2/s3/aws4_request",
      "X-Amz-Date": "20261122T070000Z",
      "X-Amz-Expires": "300",
      "X-Amz-SignedHeaders": "content-length;host",
      "X-Amz-Signature": expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(second?.searchParams.get("partNumber")).toBe("2");
    expect(multipart.parts.map(({ contentLength }) => contentLength)).toEqual([8 * MiB, 7]);
  });

  it("is created with the type, the metadata and what the policy sets, and without if-none-match", async () => {
    const { store, worker } = start();
    const { key } = await createUpload(worker, 5, { metadata: { album: "제주" } });
    const { method, url, headers } = store.single("CreateMultipartUpload");
    expect(method).toBe("POST");
    expect(`${url.origin}${url.pathname}${url.search}`).toBe(
      `https://acme-media.s3.ap-northeast-2.amazonaws.com/${key}?uploads=`,
    );
    expect(Object.fromEntries(headers)).toEqual({
      "accept-encoding": "identity",
      authorization: expect.stringContaining(
        "AWS4-HMAC-SHA256 Credential=AKIDMEDIA/20261122/ap-northeast-2/s3/aws4_request, SignedHeaders=cache-control;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-album,",
      ) as string,
      "cache-control": "no-cache",
      "content-type": "video/mp4",
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      "x-amz-date": "20261122T070000Z",
      "x-amz-meta-album": "=?UTF-8?B?7KCc7KO8?=",
    });
  });

  it("is what the policy makes of a file from its size on", async () => {
    const { store, worker } = start();
    const whole = await create(worker, { size: 8 * MiB - 1 });
    expect(await whole.json()).toMatchObject({ contentLength: 8 * MiB - 1 });
    expect(store.requests).toEqual([]);
    const inParts = await create(worker, { size: 8 * MiB });
    expect(await inParts.json()).toMatchObject({ multipart: { partCount: 1 } });
  });

  it("is what a client may ask for below that size, and do without above it", async () => {
    const { store, worker } = start();
    const inParts = await create(worker, { size: 5, multipart: true });
    expect(await inParts.json()).toMatchObject({ multipart: { parts: [{ contentLength: 5 }] } });
    const whole = await create(worker, { size: 5 * GiB, multipart: false });
    expect(await whole.json()).toMatchObject({ method: "PUT", contentLength: 5 * GiB });
    expect(store.count("CreateMultipartUpload")).toBe(1);
  });

  it("cannot be done without where no single PUT is that large", async () => {
    const { worker } = start();
    await expectProblem(
      await create(worker, { size: 5 * GiB + 1, multipart: false }),
      413,
      "too-large",
      { limit: 5 * GiB, actual: 5 * GiB + 1 },
    );
  });

  it("is refused where the policy has none", async () => {
    const { store, worker } = start();
    const response = await create(worker, { policy: "clip", size: 5, multipart: true });
    await expectProblem(response, 422, "invalid-request", at("/multipart"));
    expect(store.requests).toEqual([]);
  });

  it("needs a size, also where the policy needs none", async () => {
    const { store, worker } = start();
    expect((await create(worker, {})).status).toBe(201);
    await expectProblem(await create(worker, { multipart: true }), 422, "size-required");
    expect(store.requests).toEqual([]);
  });

  it("has parts of the size that the client chose", async () => {
    const { worker } = start();
    const { multipart } = await createUpload(worker, 12 * MiB, { partSize: 5 * MiB });
    const parts = [5 * MiB, 5 * MiB, 2 * MiB].map((contentLength) => ({ contentLength }));
    expect(multipart).toMatchObject({ partSize: 5 * MiB, partCount: 3, parts });
  });

  it("takes a size of parts also for a file that is sent with one PUT", async () => {
    const response = await create(start().worker, { size: 5, partSize: 5 * MiB });
    expect(await response.json()).toHaveProperty("url");
  });

  it.for([
    [20 * MiB, 5 * MiB - 1, 5_242_880],
    [20 * MiB, 5 * GiB + 1, 5_242_880],
    [10_000 * MiB + 1, 10 * MiB, 10_485_761],
  ] as const)("says which sizes of parts fit %i bytes", async ([size, partSize, least]) => {
    const request = { size, partSize, multipart: true, policy: "few" };
    const detail = `must be from ${least} to 5368709120, for at most 1000 parts`;
    const response = await create(start().worker, request);
    const errors = [{ pointer: "/partSize", detail }];
    await expectProblem(response, 422, "invalid-request", { errors });
  });

  it.for([0, -1, 1.5, "5242880", null])("refuses parts of %j bytes", async (partSize) => {
    const response = await create(start().worker, { size: 20 * MiB, partSize });
    await expectProblem(response, 422, "invalid-request", at("/partSize"));
  });

  it("has at most as many parts as the store takes", async () => {
    const { store, worker } = start();
    const { multipart } = await createUpload(worker, 1000 * 8 * MiB + 1, { policy: "few" });
    expect(multipart).toMatchObject({ partSize: 9 * MiB, partCount: 889 });
    const response = await create(worker, { policy: "few", size: 5 * TiB });
    await expectProblem(response, 413, "too-large");
    expect(store.count("CreateMultipartUpload")).toBe(1);
  });

  it.for([
    ["fails", () => status(500)],
    ["forbids", () => refused("AccessDenied", 403)],
    [
      "redirects",
      () => new Response(null, { status: 307, headers: { location: "https://e.example" } }),
    ],
    ["is away", async () => Promise.reject(new TypeError("Connection refused"))],
    ["says 200 and an error", () => refused("InternalError", 200)],
  ] as const)("is not created where the store %s", async ([, script]) => {
    const { store, worker } = start();
    store.scripts.CreateMultipartUpload = script;
    await expectProblem(await create(worker, { size: 8 * MiB }), 502, "store-unavailable");
  });
});

describe("a window of parts", () => {
  it("is signed as asked for, in that order", async () => {
    const { store, worker } = start();
    const { id } = await createUpload(worker, 30 * 8 * MiB - 1);
    const response = await signParts(worker, id, { partNumbers: [30, 26] });
    expect(response.status).toBe(200);
    const { parts } = await response.json<{ parts: { url: string }[] }>();
    expect(parts).toMatchObject([
      { partNumber: 30, method: "PUT", headers: {}, contentLength: 8 * MiB - 1, expiresIn: 300 },
      { partNumber: 26, method: "PUT", headers: {}, contentLength: 8 * MiB, expiresIn: 300 },
    ]);
    const query = new URL(parts[0]?.url ?? "").searchParams;
    expect(query.get("partNumber")).toBe("30");
    expect(query.get("uploadId")).toBe(UPLOAD_ID);
    expect(query.get("X-Amz-SignedHeaders")).toBe("content-length;host");
    expect(store.requests).toHaveLength(1);
  });

  it("has up to twenty-five", async () => {
    const { worker } = start();
    const { id } = await createUpload(worker, 30 * 8 * MiB);
    expect((await signParts(worker, id, { partNumbers: numbers(25) })).status).toBe(200);
  });

  it.for([
    ["none", [], "/partNumbers"],
    ["twenty-six", numbers(26), "/partNumbers"],
    ["one twice", [1, 2, 1], "/partNumbers"],
    ["number 0", [1, 0], "/partNumbers/1"],
    ["a fraction", [1.5], "/partNumbers/0"],
    ["a text", ["1"], "/partNumbers/0"],
    ["one beyond the last", [29, 30, 31], "/partNumbers/2"],
    ["one beyond all", [10_001], "/partNumbers/0"],
  ] as const)("refuses %s", async ([, partNumbers, pointer]) => {
    const { worker } = start();
    const { id } = await createUpload(worker, 30 * 8 * MiB);
    const response = await signParts(worker, id, { partNumbers });
    await expectProblem(response, 422, "invalid-request", at(pointer));
  });

  it("refuses a field that it does not know, and checksums that nobody granted", async () => {
    const { worker } = start();
    const { id } = await createUpload(worker, 8 * MiB);
    await expectProblem(
      await signParts(worker, id, { partNumbers: [1], size: 1 }),
      422,
      "invalid-request",
      at("/size"),
    );
    await expectProblem(
      await signParts(worker, id, { partNumbers: [1], checksums: { 1: SHA256 } }),
      422,
      "invalid-request",
      at("/checksums/1"),
    );
  });

  it("is signed anew after the first tickets expired, for as long as it can be resumed", async () => {
    const { worker, moveClock } = start();
    const { id } = await createUpload(worker, 8 * MiB);
    moveClock(24 * HOUR - 1);
    const response = await signParts(worker, id, { partNumbers: [1] });
    const { parts } = await response.json<{ parts: { url: string }[] }>();
    expect(parts).toMatchObject([{ expiresIn: 300, expiresAt: "2026-11-23T07:04:59Z" }]);
    expect(new URL(parts[0]?.url ?? "").searchParams.get("X-Amz-Date")).toBe("20261123T065959Z");
    expect((await getParts(worker, id)).status).toBe(200);
    moveClock(1);
    await expectProblem(await signParts(worker, id, { partNumbers: [1] }), 410, "upload-expired");
    await expectProblem(await getParts(worker, id), 410, "upload-expired");
  });

  it("lives longer where it is asked for in the background", async () => {
    const { worker } = start();
    const created = await create(worker, { size: 30 * 8 * MiB, background: true });
    const { id, multipart, expiresIn } = await created.json<CreatedUpload>();
    expect(expiresIn).toBe(24 * HOUR);
    expect(multipart.parts[24]).toMatchObject({ partNumber: 25, expiresIn: 12 * HOUR });
    const more = await signParts(worker, id, { partNumbers: [26], background: true });
    const { parts } = await more.json<CreatedUpload["multipart"]>();
    expect(parts).toMatchObject([{ expiresIn: 12 * HOUR, expiresAt: "2026-11-22T19:00:00Z" }]);
    expect(new URL(parts[0]?.url ?? "").searchParams.get("X-Amz-Expires")).toBe("43200");
    const usual = await signParts(worker, id, { partNumbers: [26], background: false });
    expect(await usual.json()).toMatchObject({ parts: [{ expiresIn: 300 }] });
  });

  it("does not live longer where the policy has no tickets for the background", async () => {
    const { store, worker } = start();
    const few = { policy: "few", size: 8 * MiB };
    const asked = await create(worker, { ...few, background: true });
    await expectProblem(asked, 422, "invalid-request", at("/background"));
    expect(store.requests).toHaveLength(0);
    const { id } = await (await create(worker, few)).json<CreatedUpload>();
    const signed = await signParts(worker, id, { partNumbers: [1], background: true });
    await expectProblem(signed, 422, "invalid-request", at("/background"));
  });

  it("is for no upload of a single PUT", async () => {
    const { worker } = start();
    const { id } = await (await create(worker, { size: 5 })).json<{ id: string }>();
    await expectProblem(await signParts(worker, id, { partNumbers: [1] }), 422, "invalid-request");
    await expectProblem(await getParts(worker, id), 422, "invalid-request");
  });

  it("and all else of an upload is for nobody but its caller", async () => {
    const { store, worker } = start();
    const { id } = await createUpload(worker, 8 * MiB);
    putParts(store, 8 * MiB);
    for (const claims of [{ sub: "bob" }, { policies: ["clip"] }, { key: "videos/alice/x.mp4" }]) {
      const answers = [
        await signParts(worker, id, { partNumbers: [1] }, claims),
        await getParts(worker, id, claims),
        await complete(worker, id, undefined, claims),
        await abort(worker, id, claims),
      ];
      for (const answer of answers) await expectProblem(answer, 404, "upload-not-found");
    }
    expect(store.requests).toHaveLength(1);
  });
});

describe("the parts of an upload", () => {
  const SIZE = 3 * 8 * MiB - 1;

  it("are done, or missing: also where one has another length than was granted", async () => {
    const { store, worker } = start();
    const { id, key } = await createUpload(worker, SIZE);
    store.parts.set(1, { size: 8 * MiB, etag: "etag-1" });
    store.parts.set(3, { size: 8 * MiB, etag: "etag-3" });
    const response = await getParts(worker, id);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      uploadId: UPLOAD_ID,
      key,
      size: SIZE,
      partSize: 8 * MiB,
      partCount: 3,
      window: 25,
      partsListed: true,
      done: [{ partNumber: 1, size: 8 * MiB, etag: "etag-1" }],
      missing: [
        { partNumber: 2, size: 8 * MiB },
        { partNumber: 3, size: 8 * MiB - 1 },
      ],
      expiresAt: "2026-11-23T07:00:00Z",
    });
    const { url } = store.single("ListParts");
    expect(url.pathname).toBe(`/${key}`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      uploadId: UPLOAD_ID,
      "max-parts": "1000",
    });
  });

  it("are read a thousand at a time", async () => {
    const { store, worker } = start();
    const { id } = await createUpload(worker, 2500 * 8 * MiB);
    putParts(store, 2500 * 8 * MiB);
    store.parts.delete(1700);
    const body = await (await getParts(worker, id)).json<{ done: unknown[] }>();
    expect(body.done).toHaveLength(2499);
    expect(body).toMatchObject({ missing: [{ partNumber: 1700 }] });
    expect(
      store.requests.slice(1).map(({ url }) => url.searchParams.get("part-number-marker")),
    ).toEqual([null, "1000", "2001"]);
  });

  it("are all missing where the store cannot list them, and the answer says so", async () => {
    const { store, worker } = start();
    const { id } = await createUpload(worker, SIZE);
    putParts(store, SIZE);
    store.scripts.ListParts = () => refused("NotImplemented", 501);
    const body = await (await getParts(worker, id)).json<{ missing: unknown[] }>();
    expect(body).toMatchObject({ partsListed: false, done: [] });
    expect(body.missing).toHaveLength(3);
  });

  it("are over where the store has forgotten the upload", async () => {
    const { store, worker } = start();
    const { id } = await createUpload(worker, SIZE);
    store.scripts.ListParts = () => refused("NoSuchUpload", 404);
    await expectProblem(await getParts(worker, id), 410, "upload-expired");
  });
});
