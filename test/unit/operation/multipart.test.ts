import { env } from "cloudflare:workers";
import { reset, runDurableObjectAlarm } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { local } from "../../../src/define.ts";
import { partsOf, planParts, sizeOfPart } from "../../../src/grant/parts.ts";
import type { Ledger as LedgerApi } from "../../../src/ledger/client.ts";
import type { Outcome } from "../../../src/ledger/record.ts";
import { NOW, startWorker, type TestWorker } from "../support/start-worker.ts";
import { ledgerName } from "../support/development-worker.ts";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  UPLOAD_ID,
  at,
  begin,
  createStore,
  expectProblem,
  putParts,
  refused,
  send,
  status,
  type ScriptedStore,
  xml,
} from "../support/fake-store.ts";

const GiB = 1024 * MiB;
const TiB = 1024 * GiB;
const HOUR = 3600;

const SHA256 = btoa("\u0001".repeat(32));
const OTHER_SHA256 = btoa("\u0002".repeat(32));
const CRC64 = btoa("\u0001".repeat(8));

interface Setting {
  readonly store: ScriptedStore;
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

interface Begun {
  readonly id: string;
  readonly expiresIn: number;
  readonly multipart: { readonly parts: readonly { readonly url: string }[] };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("the plan of parts", () => {
  it.for([
    [0, 1, 0],
    [1, 1, 1],
    [8 * MiB - 1, 1, 8 * MiB - 1],
    [8 * MiB, 1, 8 * MiB],
    [8 * MiB + 1, 2, 1],
    [24 * MiB, 3, 8 * MiB],
    [24 * MiB - 1, 3, 8 * MiB - 1],
    [10_000 * 8 * MiB, 10_000, 8 * MiB],
  ] as const)("cuts %i bytes into %i parts, the last one of %i", ([size, partCount, last]) => {
    const plan = { size, partSize: 8 * MiB, partCount };
    expect(planParts(size, 10_000)).toEqual(plan);
    expect(sizeOfPart(plan, partCount)).toBe(last);
  });

  it("takes larger parts of whole MiB where there would be too many", () => {
    expect(planParts(10_000 * 8 * MiB + 1, 10_000)).toMatchObject({
      partSize: 9 * MiB,
      partCount: 8889,
    });
    expect(planParts(5 * TiB, 10_000)).toMatchObject({ partSize: 525 * MiB, partCount: 9987 });
    expect(planParts(1000 * 8 * MiB + 1, 1000)).toMatchObject({
      partSize: 9 * MiB,
      partCount: 889,
    });
  });

  it("ends where no part may be larger", () => {
    expect(planParts(1000 * 5 * GiB, 1000)).toMatchObject({ partSize: 5 * GiB, partCount: 1000 });
    expect(planParts(1000 * 5 * GiB + 1, 1000)).toBeUndefined();
  });

  it("has parts of one size, 5 MiB or more, that make up the file and are not too many", () => {
    const sizes = fc.oneof(
      fc.integer({ min: 0, max: 100 * MiB }),
      fc.integer({ min: 0, max: 5 * TiB }),
    );
    fc.assert(
      fc.property(sizes, fc.constantFrom(1000, 10_000), (size, maxParts) => {
        const plan = planParts(size, maxParts);
        fc.pre(plan !== undefined);
        const { partSize, partCount } = plan;
        const lengths = numbers(partCount).map((number) => sizeOfPart(plan, number));
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(size);
        expect(partCount).toBeLessThanOrEqual(maxParts);
        expect(partSize).toBeGreaterThanOrEqual(5 * MiB);
        expect(partSize).toBeLessThanOrEqual(5 * GiB);
        expect(lengths.slice(0, -1).every((length) => length === partSize)).toBe(true);
        expect(lengths.at(-1)).toBeLessThanOrEqual(partSize);
        expect(lengths.at(-1) === 0).toBe(size === 0);
        expect(partsOf(size, partSize)).toEqual(plan);
      }),
    );
  });
});

describe("an upload in parts", () => {
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
    const { multipart } = await begin(start().worker, 25 * 8 * MiB);
    expect(multipart.parts).toHaveLength(25);
    expect(multipart).not.toHaveProperty("nextPartNumber");
  });

  it("signs exactly the length and the host of each part, its number and its upload", async () => {
    const { key, multipart } = await begin(start().worker, 8 * MiB + 7);
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

  it("is begun with the type, the metadata and what the policy sets, and without if-none-match", async () => {
    const { store, worker } = start();
    const { key } = await begin(worker, 5, { metadata: { album: "제주" } });
    const { method, url, headers } = store.only("CreateMultipartUpload");
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
    expect(store.asked).toEqual([]);
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
    expect(store.asked).toEqual([]);
  });

  it("needs a size, also where the policy needs none", async () => {
    const { store, worker } = start();
    expect((await create(worker, {})).status).toBe(201);
    await expectProblem(await create(worker, { multipart: true }), 422, "size-required");
    expect(store.asked).toEqual([]);
  });

  it("has at most as many parts as the store takes", async () => {
    const { store, worker } = start();
    const { multipart } = await begin(worker, 1000 * 8 * MiB + 1, { policy: "few" });
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
  ] as const)("is not begun where the store %s", async ([, script]) => {
    const { store, worker } = start();
    store.scripts.CreateMultipartUpload = script;
    await expectProblem(await create(worker, { size: 8 * MiB }), 502, "store-unavailable");
  });
});

describe("a window of parts", () => {
  it("is signed as asked for, in that order", async () => {
    const { store, worker } = start();
    const { id } = await begin(worker, 30 * 8 * MiB - 1);
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
    expect(store.asked).toHaveLength(1);
  });

  it("has up to twenty-five", async () => {
    const { worker } = start();
    const { id } = await begin(worker, 30 * 8 * MiB);
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
    const { id } = await begin(worker, 30 * 8 * MiB);
    const response = await signParts(worker, id, { partNumbers });
    await expectProblem(response, 422, "invalid-request", at(pointer));
  });

  it("refuses a field that it does not know, and checksums that nobody granted", async () => {
    const { worker } = start();
    const { id } = await begin(worker, 8 * MiB);
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
    const { id } = await begin(worker, 8 * MiB);
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
    const begun = await create(worker, { size: 30 * 8 * MiB, background: true });
    const { id, multipart, expiresIn } = await begun.json<Begun>();
    expect(expiresIn).toBe(24 * HOUR);
    expect(multipart.parts[24]).toMatchObject({ partNumber: 25, expiresIn: 12 * HOUR });
    const more = await signParts(worker, id, { partNumbers: [26], background: true });
    const { parts } = await more.json<Begun["multipart"]>();
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
    expect(store.asked).toHaveLength(0);
    const { id } = await (await create(worker, few)).json<Begun>();
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
    const { id } = await begin(worker, 8 * MiB);
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
    expect(store.asked).toHaveLength(1);
  });
});

describe("the parts of an upload", () => {
  const SIZE = 3 * 8 * MiB - 1;

  it("are done, or missing: also where one has another length than was granted", async () => {
    const { store, worker } = start();
    const { id, key } = await begin(worker, SIZE);
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
    const { url } = store.only("ListParts");
    expect(url.pathname).toBe(`/${key}`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      uploadId: UPLOAD_ID,
      "max-parts": "1000",
    });
  });

  it("are read a thousand at a time", async () => {
    const { store, worker } = start();
    const { id } = await begin(worker, 2500 * 8 * MiB);
    putParts(store, 2500 * 8 * MiB);
    store.parts.delete(1700);
    const body = await (await getParts(worker, id)).json<{ done: unknown[] }>();
    expect(body.done).toHaveLength(2499);
    expect(body).toMatchObject({ missing: [{ partNumber: 1700 }] });
    expect(
      store.asked.slice(1).map(({ url }) => url.searchParams.get("part-number-marker")),
    ).toEqual([null, "1000", "2001"]);
  });

  it("are all missing where the store cannot list them, and the answer says so", async () => {
    const { store, worker } = start();
    const { id } = await begin(worker, SIZE);
    putParts(store, SIZE);
    store.scripts.ListParts = () => refused("NotImplemented", 501);
    const body = await (await getParts(worker, id)).json<{ missing: unknown[] }>();
    expect(body).toMatchObject({ partsListed: false, done: [] });
    expect(body.missing).toHaveLength(3);
  });

  it("are over where the store has forgotten the upload", async () => {
    const { store, worker } = start();
    const { id } = await begin(worker, SIZE);
    store.scripts.ListParts = () => refused("NoSuchUpload", 404);
    await expectProblem(await getParts(worker, id), 410, "upload-expired");
  });
});

describe("completion of parts", () => {
  const SIZE = 3 * 8 * MiB - 1;

  async function startSent(fields: object = {}): Promise<Setting & { readonly id: string }> {
    const setting = start();
    const { id } = await begin(setting.worker, SIZE, fields);
    putParts(setting.store, SIZE);
    return { ...setting, id };
  }

  it("names every part in order with the ETag that the store tells, and verifies the object", async () => {
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
    const { url, headers, body } = store.only("CompleteMultipartUpload");
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
    expect(store.only("CompleteMultipartUpload").headers.has("if-none-match")).toBe(false);
  });

  it("asks with the writing key for parts, and with the reading one for the object", async () => {
    const reading = { MEDIA_READ_ACCESS_KEY_ID: "AKIDREAD", MEDIA_READ_SECRET_ACCESS_KEY: "r" };
    const { store, worker } = start({ ...PARTS_ENV, ...reading });
    const { id, multipart } = await begin(worker, 8 * MiB);
    putParts(store, 8 * MiB);
    await complete(worker, id);
    expect(
      store.asked.map(({ operation, headers }) => [
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
    const { id } = await begin(worker, 10_000 * 8 * MiB);
    await expectProblem(await complete(worker, id), 422, "verification-failed", {
      detail: expect.stringMatching(/: 1, 2, .*, 25 and 9975 more$/) as string,
    });
  });

  it("passes over a part beyond the last one", async () => {
    const { store, worker, id } = await startSent();
    store.parts.set(4, { size: 8 * MiB, etag: "more" });
    expect((await complete(worker, id)).status).toBe(422);
    expect(store.only("CompleteMultipartUpload").body).not.toContain("more");
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
    const begun = await send(worker, "POST", "/v1/uploads", { body, claims });
    expect(begun.status).toBe(201);
    const { id, key } = await begun.json<{ id: string; key: string }>();
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
      const { body } = store.only("CompleteMultipartUpload");
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
      const { body } = store.only("CompleteMultipartUpload");
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
      const { id } = await begin(worker, size);
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
    const { id, key } = await begin(worker, 8 * MiB);
    expect((await abort(worker, id)).status).toBe(204);
    const { method, url } = store.only("AbortMultipartUpload");
    expect(`${method} ${url.pathname}`).toBe(`DELETE /${key}`);
    expect(Object.fromEntries(url.searchParams)).toEqual({ uploadId: UPLOAD_ID });
    store.scripts.AbortMultipartUpload = () => refused("NoSuchUpload", 404);
    expect((await abort(worker, id)).status).toBe(204);
  });

  it("takes no object away that was completed", async () => {
    const { store, worker } = start();
    const { id } = await begin(worker, 8 * MiB);
    putParts(store, 8 * MiB);
    await complete(worker, id);
    expect((await abort(worker, id)).status).toBe(204);
    expect(store.count("DeleteObject")).toBe(0);
    expect(store.object).toBeDefined();
  });

  it("answers 502 where the store is down", async () => {
    const { store, worker } = start();
    const { id } = await begin(worker, 8 * MiB);
    store.scripts.AbortMultipartUpload = () => status(500);
    await expectProblem(await abort(worker, id), 502, "store-unavailable");
  });
});

describe("a checksum of an upload in parts", () => {
  const SIZE = 2 * 8 * MiB;
  const whole = (value: string) => ({ checksum: { algorithm: "crc64nvme", value } });
  const composite = (value: string) => ({ checksum: { algorithm: "sha256", value } });

  async function completeWhole(shown: object): Promise<{ setting: Setting; answer: Response }> {
    const setting = start();
    const { store, worker } = setting;
    const { id } = await begin(worker, SIZE, whole(CRC64));
    putParts(store, SIZE);
    store.scripts.HeadObject = () => new Response(null, { headers: { ...store.object, ...shown } });
    return { setting, answer: await complete(worker, id) };
  }

  it("of the whole object begins the upload and ends it", async () => {
    const shown = { "x-amz-checksum-crc64nvme": CRC64 };
    const { setting, answer } = await completeWhole(shown);
    const created = setting.store.only("CreateMultipartUpload").headers;
    expect(created.get("x-amz-checksum-algorithm")).toBe("CRC64NVME");
    expect(created.get("x-amz-checksum-type")).toBe("FULL_OBJECT");
    expect(created.has("x-amz-checksum-crc64nvme")).toBe(false);
    const completed = setting.store.only("CompleteMultipartUpload").headers;
    expect(completed.get("x-amz-checksum-crc64nvme")).toBe(CRC64);
    expect(completed.get("x-amz-checksum-type")).toBe("FULL_OBJECT");
    expect(setting.store.only("HeadObject").headers.get("x-amz-checksum-mode")).toBe("ENABLED");
    expect(await answer.json()).toMatchObject({ status: "completed", ...whole(CRC64) });
  });

  it("of the whole object asks nothing more of the parts", async () => {
    const { multipart } = await begin(start().worker, SIZE, whole(CRC64));
    expect(multipart.parts).toMatchObject([{ headers: {} }, { headers: {} }]);
  });

  it("of the whole object rejects an object with another one", async () => {
    const { answer } = await completeWhole({ "x-amz-checksum-crc64nvme": "AgICAgICAgI=" });
    await expectProblem(answer, 422, "verification-failed", { upload: "rejected" });
  });

  it.for(["", SHA256, `${CRC64}-2`, CRC64.slice(1)])(
    "of the whole object refuses %j",
    async (value) => {
      const response = await create(start().worker, { size: SIZE, ...whole(value) });
      await expectProblem(response, 422, "invalid-request", at("/checksum/value"));
    },
  );

  it("of the parts' digests begins the upload, and has no tickets before each part has its own", async () => {
    const { store, worker } = start();
    const { id, multipart } = await begin(worker, SIZE, composite(`${SHA256}-2`));
    const { headers } = store.only("CreateMultipartUpload");
    expect(headers.get("x-amz-checksum-algorithm")).toBe("SHA256");
    expect(headers.get("x-amz-checksum-type")).toBe("COMPOSITE");
    expect(multipart).toMatchObject({ parts: [], nextPartNumber: 1 });
    const response = await signParts(worker, id, {
      partNumbers: [1, 2],
      checksums: { 1: SHA256, 2: OTHER_SHA256 },
    });
    const { parts } = await response.json<{ parts: { url: string }[] }>();
    expect(parts).toMatchObject([
      { headers: { "x-amz-checksum-sha256": SHA256 } },
      { headers: { "x-amz-checksum-sha256": OTHER_SHA256 } },
    ]);
    expect(parts.map(({ url }) => new URL(url).searchParams.get("X-Amz-SignedHeaders"))).toEqual([
      "content-length;host;x-amz-checksum-sha256",
      "content-length;host;x-amz-checksum-sha256",
    ]);
  });

  it.for([
    ["lacks one", {}, "/checksums/1"],
    ["has another part's", { 2: SHA256 }, "/checksums/1"],
    ["has one that is none", { 1: CRC64 }, "/checksums/1"],
  ] as const)("of the parts' digests signs no part that %s", async ([, checksums, pointer]) => {
    const { worker } = start();
    const { id } = await begin(worker, SIZE, composite(`${SHA256}-2`));
    const response = await signParts(worker, id, { partNumbers: [1], checksums });
    await expectProblem(response, 422, "invalid-request", at(pointer));
  });

  it.for([SHA256, `${SHA256}-1`, `${SHA256}-3`, `${SHA256}-22`, `${CRC64}-2`, "-2"])(
    "of the parts' digests refuses %j for two parts",
    async (value) => {
      const response = await create(start().worker, { size: SIZE, ...composite(value) });
      await expectProblem(response, 422, "invalid-request", at("/checksum/value"));
    },
  );

  async function completeComposite(
    shown: object,
  ): Promise<{ store: ScriptedStore; answer: Response }> {
    const { store, worker } = start();
    const { id } = await begin(worker, SIZE, composite(`${SHA256}-2`));
    store.parts.set(1, { size: 8 * MiB, etag: "e1", sha256: SHA256 });
    store.parts.set(2, { size: 8 * MiB, etag: "e2", sha256: OTHER_SHA256 });
    store.scripts.HeadObject = () => new Response(null, { headers: { ...store.object, ...shown } });
    return { store, answer: await complete(worker, id) };
  }

  it("of the parts' digests names each part's where it is put together", async () => {
    const { store, answer } = await completeComposite({ "x-amz-checksum-sha256": `${SHA256}-2` });
    const { body, headers } = store.only("CompleteMultipartUpload");
    expect(body).toContain(
      `<Part><PartNumber>1</PartNumber><ETag>"e1"</ETag><ChecksumSHA256>${SHA256}</ChecksumSHA256></Part>` +
        `<Part><PartNumber>2</PartNumber><ETag>"e2"</ETag><ChecksumSHA256>${OTHER_SHA256}</ChecksumSHA256></Part>`,
    );
    expect(headers.has("x-amz-checksum-type")).toBe(false);
    expect(await answer.json()).toMatchObject({
      status: "completed",
      ...composite(`${SHA256}-2`),
    });
  });

  it("of the parts' digests rejects an object with another one", async () => {
    const shown = { "x-amz-checksum-sha256": `${OTHER_SHA256}-2` };
    const { answer } = await completeComposite(shown);
    await expectProblem(answer, 422, "verification-failed", { upload: "rejected" });
  });

  it("of the parts' digests is not vouched for where the store shows none", async () => {
    const { answer } = await completeComposite({});
    const body = await answer.json();
    expect(body).toMatchObject({ status: "completed" });
    expect(body).not.toHaveProperty("checksum");
  });

  it.for([
    ["md5", "video", btoa("\u0001".repeat(16))],
    ["md5", "plain", btoa("\u0001".repeat(16))],
    ["sha256", "plain", `${SHA256}-2`],
    ["crc64nvme", "plain", CRC64],
  ] as const)("in %s is refused by the policy %s", async ([algorithm, policy, value]) => {
    const { store, worker } = start();
    const response = await create(worker, {
      policy,
      size: SIZE,
      checksum: { algorithm, value },
    });
    await expectProblem(response, 422, "invalid-request", at("/checksum/algorithm"));
    expect(store.asked).toEqual([]);
  });
});

/** The development ledger itself, and a store of the same name as the one that it knows. */
describe("an upload in parts with a ledger", () => {
  const LEDGER_CONFIG = {
    ...PARTS_CONFIG,
    stores: { local: local({ bucket: "uploads" }) },
    policies: {
      metered: { ...PARTS_CONFIG.policies["metered"], store: "local", maxBytes: "5 GB" },
    },
    defaultPolicy: "metered",
  };
  const LEDGER_ENV = {
    ...PARTS_ENV,
    LOCAL_ACCESS_KEY_ID: "AKIDLOCAL",
    LOCAL_SECRET_ACCESS_KEY: "local-secret-access-key",
  };
  const GRACE = 15 * 60;
  const SIZE = 2 * 8 * MiB;
  const ledger = () => env.LEDGER.getByName(ledgerName("https://backend.example.com", "alice"));
  const claimsOf = (id: string) =>
    JSON.parse(atob((id.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))) as {
      jti: string;
    };
  const recordOf = async (id: string) => ledger().find(claimsOf(id).jti);

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2040-01-01T00:00:00Z") });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.useRealTimers();
    await reset();
  });

  function startMetered(overrides: Partial<LedgerApi> = {}): Omit<Setting, "moveClock"> {
    const store = createStore();
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) =>
      store.fetch(new Request(input).url, init ?? {}),
    );
    const binding = {
      getByName(name: string): LedgerApi {
        const stub = env.LEDGER.getByName(name);
        return {
          reserve: async (reservations) => stub.reserve(reservations),
          attach: async (claims, dueAtMs) => stub.attach(claims, dueAtMs),
          isKeyShared: async (id) => stub.isKeyShared(id),
          find: async (id) => stub.find(id),
          list: async (query) => stub.list(query),
          settle: async (id, outcome) => stub.settle(id, outcome),
          ...overrides,
        };
      },
    };
    const worker = startWorker({
      config: LEDGER_CONFIG,
      env: { ...LEDGER_ENV, LEDGER: binding },
      dependencies: { fetch: store.fetch, now: () => Date.now() },
    });
    return {
      store,
      worker: {
        ...worker,
        fetch: async (path, init) => worker.fetch(`http://localhost:8787${path}`, init),
      },
    };
  }

  it("keeps what the store calls it", async () => {
    const { worker } = startMetered();
    const { id } = await begin(worker, SIZE);
    expect(await recordOf(id)).toMatchObject({
      status: "pending",
      claims: { uploadId: UPLOAD_ID, partSize: 8 * MiB, size: SIZE },
    });
  });

  it("releases what it reserved where the store does not begin it", async () => {
    const settled: Outcome["status"][] = [];
    const { store, worker } = startMetered({
      settle: async (id, outcome) => {
        settled.push(outcome.status);
        return ledger().settle(id, outcome);
      },
    });
    store.scripts.CreateMultipartUpload = () => status(503);
    await expectProblem(await create(worker, { size: SIZE }), 502, "store-unavailable");
    expect(settled).toEqual(["aborted"]);
    const { uploads } = await ledger().list({});
    expect(uploads.map((record) => record.status)).toEqual(["aborted"]);
  });

  it("makes the store forget what was begun where the ledger fails then", async () => {
    const { store, worker } = startMetered({
      attach: async () => Promise.reject(new Error("The ledger is down")),
    });
    await expectProblem(await create(worker, { size: SIZE }), 503, "ledger-unavailable");
    expect(store.only("AbortMultipartUpload").url.searchParams.get("uploadId")).toBe(UPLOAD_ID);
  });

  const begun = () => xml("InitiateMultipartUploadResult", `<UploadId>${UPLOAD_ID}</UploadId>`);

  /** What the ledger lists while the store still begins the upload: an id without the store's name for it. */
  async function earlyIdOf(worker: TestWorker): Promise<string> {
    const listed = await send(worker, "GET", "/v1/uploads");
    const { uploads } = await listed.json<{ uploads: readonly { id: string }[] }>();
    return uploads[0]?.id ?? "";
  }

  it("makes the store forget it, also where the id is from before the store had named it", async () => {
    const { store, worker } = startMetered();
    let early = "";
    store.scripts.CreateMultipartUpload = async () => {
      early = await earlyIdOf(worker);
      return begun();
    };
    await begin(worker, SIZE);
    expect((await send(worker, "DELETE", `/v1/uploads/${early}`)).status).toBe(204);
    expect(store.only("AbortMultipartUpload").url.searchParams.get("uploadId")).toBe(UPLOAD_ID);
  });

  it("gives no ticket where it was aborted while the store began it", async () => {
    const { store, worker } = startMetered();
    store.scripts.CreateMultipartUpload = async () => {
      await send(worker, "DELETE", `/v1/uploads/${await earlyIdOf(worker)}`);
      return begun();
    };
    await expectProblem(await create(worker, { size: SIZE }), 410, "upload-expired");
    expect(store.count("AbortMultipartUpload")).toBe(1);
  });

  it("leaves no object where it was aborted while the store put it together", async () => {
    const { store, worker } = startMetered();
    const { id } = await begin(worker, SIZE);
    putParts(store, SIZE);
    store.scripts.CompleteMultipartUpload = async () => {
      expect((await send(worker, "DELETE", `/v1/uploads/${id}`)).status).toBe(204);
      store.object = { "content-length": String(SIZE), "content-type": "video/mp4", etag: '"x"' };
      return xml("CompleteMultipartUploadResult", "<ETag>x</ETag>");
    };
    await expectProblem(await complete(worker, id), 410, "upload-expired");
    expect(store.object).toBeUndefined();
  });

  it("is signed for while it is pending", async () => {
    const { worker } = startMetered();
    const { id } = await begin(worker, SIZE);
    expect((await signParts(worker, id, { partNumbers: [2] })).status).toBe(200);
  });

  it.for([
    ["aborted", { status: "aborted" }, 410, "upload-expired"],
    ["expired", { status: "expired" }, 410, "upload-expired"],
    ["rejected", { status: "rejected", reasons: ["size"] }, 410, "upload-expired"],
    [
      "completed",
      {
        status: "completed",
        verified: { size: SIZE, contentType: "video/mp4", etag: "x", metadata: {} },
      },
      409,
      "already-completed",
    ],
  ] as const)(
    "is not signed for, nor listed, when it is %s",
    async ([, outcome, statusCode, code]) => {
      const { store, worker } = startMetered();
      const { id } = await begin(worker, SIZE);
      await ledger().settle(claimsOf(id).jti, outcome);
      await expectProblem(await signParts(worker, id, { partNumbers: [1] }), statusCode, code);
      await expectProblem(await getParts(worker, id), statusCode, code);
      expect(store.count("ListParts")).toBe(0);
    },
  );

  it("is not known any more when its record is gone", async () => {
    const { worker } = startMetered();
    const { id } = await begin(worker, SIZE);
    await reset();
    for (const answer of [
      await signParts(worker, id, { partNumbers: [1] }),
      await getParts(worker, id),
      await complete(worker, id),
    ])
      await expectProblem(answer, 404, "upload-not-found");
  });

  it("completes once, however often it is asked for", async () => {
    const { store, worker } = startMetered();
    const { id } = await begin(worker, SIZE);
    putParts(store, SIZE);
    expect((await complete(worker, id)).status).toBe(200);
    expect((await complete(worker, id)).status).toBe(200);
    expect(await recordOf(id)).toMatchObject({ status: "completed", verified: { size: SIZE } });
    expect(store.count("CompleteMultipartUpload")).toBe(1);
  });

  it("stays pending while a part is missing", async () => {
    const { worker } = startMetered();
    const { id } = await begin(worker, SIZE);
    await expectProblem(await complete(worker, id), 422, "verification-failed", {
      upload: "pending",
    });
    expect(await recordOf(id)).toMatchObject({ status: "pending" });
  });

  it("is aborted in the ledger and in the store, and stays so", async () => {
    const { store, worker } = startMetered();
    const { id } = await begin(worker, SIZE);
    expect((await abort(worker, id)).status).toBe(204);
    expect(store.only("AbortMultipartUpload").url.searchParams.get("uploadId")).toBe(UPLOAD_ID);
    expect(await recordOf(id)).toMatchObject({ status: "aborted" });
    await expectProblem(await complete(worker, id), 410, "upload-expired");
    expect(store.count("CompleteMultipartUpload")).toBe(0);
  });

  it("is aborted also where the store is down, and forgotten by the alarm later", async () => {
    const { store, worker } = startMetered();
    const { id } = await begin(worker, SIZE);
    store.scripts.AbortMultipartUpload = () => status(503);
    expect((await abort(worker, id)).status).toBe(204);
    delete store.scripts.AbortMultipartUpload;
    vi.setSystemTime(Date.now() + (24 * HOUR + GRACE) * 1000);
    expect(await runDurableObjectAlarm(ledger())).toBe(true);
    expect(store.count("AbortMultipartUpload")).toBe(2);
  });

  it("cannot be aborted when it is completed", async () => {
    const { store, worker } = startMetered();
    const { id } = await begin(worker, SIZE);
    putParts(store, SIZE);
    await complete(worker, id);
    await expectProblem(await abort(worker, id), 409, "already-completed");
    expect(store.object).toBeDefined();
    expect(store.count("AbortMultipartUpload")).toBe(0);
  });

  it("is given up by the alarm when it was not completed in time, with its parts", async () => {
    const { store, worker } = startMetered();
    const { id } = await begin(worker, SIZE);
    putParts(store, SIZE);
    vi.setSystemTime(Date.now() + (24 * HOUR + GRACE) * 1000);
    expect(await runDurableObjectAlarm(ledger())).toBe(true);
    expect(await recordOf(id)).toMatchObject({ status: "expired" });
    expect(store.only("AbortMultipartUpload").url.searchParams.get("uploadId")).toBe(UPLOAD_ID);
  });
});
