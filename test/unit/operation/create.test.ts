import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import type { Ledger as LedgerApi } from "../../../src/ledger/client.ts";
import type { Reservation } from "../../../src/ledger/limits.ts";
import { startWorker, type TestWorker } from "../support/start-worker.ts";
import {
  ask,
  controlEnvironment,
  ledgerOf,
  restoreEnvironment,
} from "../support/development-worker.ts";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  at,
  createStore,
  expectProblem,
  send,
  status,
} from "../support/fake-store.ts";

const CONFIG = {
  ...PARTS_CONFIG,
  policies: {
    ...PARTS_CONFIG.policies,
    document: {
      store: "media",
      key: "documents/{user}/{id}/{name}",
      types: ["text/plain"],
      maxBytes: "1 MB",
      metadata: ["note"],
    },
    tenant: {
      store: "media",
      key: "tenants/{claim.tenant}/{user}/{id}.{ext}",
      types: ["text/plain"],
      maxBytes: "1 MB",
    },
    limited: {
      store: "media",
      key: "limited/{user}/{id}.{ext}",
      types: ["text/plain"],
      maxBytes: "1 MB",
      quota: { pending: 50 },
    },
  },
};

const document = (filename: string) => ({
  policy: "document",
  filename,
  contentType: "text/plain",
  size: 5,
});
const LIMITED = { policy: "limited", contentType: "text/plain", size: 5 };

interface Result {
  readonly status: number;
  readonly upload?: Readonly<Record<string, unknown>>;
  readonly problem?: Readonly<Record<string, unknown>>;
}

interface Options {
  readonly env?: object;
  readonly store?: ReturnType<typeof createStore>;
}

const start = ({ env = {}, store = createStore() }: Options = {}): TestWorker =>
  startWorker({
    config: CONFIG,
    env: { ...PARTS_ENV, ...env },
    dependencies: { fetch: store.fetch },
  });

const postBatch = async (worker: TestWorker, body: unknown): Promise<Response> =>
  send(worker, "POST", "/v1/uploads/batch", { body });

async function resultsOf(worker: TestWorker, uploads: readonly unknown[]): Promise<Result[]> {
  const response = await postBatch(worker, { uploads });
  expect(response.status).toBe(200);
  const body = await response.json<{ results: Result[] }>();
  expect(Object.keys(body)).toEqual(["results"]);
  return body.results;
}

const statusesOf = (results: readonly Result[]) => results.map((result) => result.status);

describe("a batch", () => {
  it("answers each upload as it would be alone, in order", async () => {
    const worker = start();
    const names = Array.from({ length: 25 }, (_, index) => `${index}.txt`);
    const results = await resultsOf(worker, names.map(document));
    expect(statusesOf(results)).toEqual(names.map(() => 201));
    expect(results.map(({ upload }) => String(upload?.["key"]).split("/").at(-1))).toEqual(names);
    expect(results[7]).toEqual({
      status: 201,
      upload: {
        id: expect.any(String) as string,
        status: "pending",
        policy: "document",
        key: expect.stringMatching(/^documents\/alice\/[0-9a-f-]{36}\/7\.txt$/) as string,
        method: "PUT",
        url: expect.stringContaining("X-Amz-Signature=") as string,
        headers: { "content-type": "text/plain", "if-none-match": "*" },
        contentLength: 5,
        expiresIn: 300,
        expiresAt: "2026-11-22T07:05:00Z",
      },
    });
    const ids = new Set(results.map(({ upload }) => upload?.["id"]));
    const keys = new Set(results.map(({ upload }) => upload?.["key"]));
    expect([ids.size, keys.size]).toEqual([25, 25]);
  });

  it("gives ids that can be completed", async () => {
    const store = createStore();
    const worker = start({ store });
    const [result] = await resultsOf(worker, [document("a.txt")]);
    store.object = { "content-length": "5", "content-type": "text/plain", etag: '"x"' };
    const path = `/v1/uploads/${String(result?.upload?.["id"])}/complete`;
    expect((await send(worker, "POST", path)).status).toBe(200);
  });

  it.for([
    ["null", null, 422, "invalid-request", at("")],
    ["a text", "a.txt", 422, "invalid-request", at("")],
    ["an array", [document("a.txt")], 422, "invalid-request", at("")],
    ["an empty one", {}, 422, "invalid-request", at("/contentType")],
    ["a field too many", { ...document("a.txt"), key: "x" }, 422, "invalid-request", at("/key")],
    [
      "a size that is none",
      { ...document("a.txt"), size: "5" },
      422,
      "invalid-request",
      at("/size"),
    ],
    ["no size", { ...document("a.txt"), size: undefined }, 422, "size-required", {}],
    [
      "a file too large",
      { ...document("a.txt"), size: 1_000_001 },
      413,
      "too-large",
      { limit: 1_000_000, actual: 1_000_001 },
    ],
    [
      "another type",
      { ...document("a.png"), contentType: "image/png" },
      415,
      "type-not-allowed",
      {},
    ],
    ["another extension", document("a.png"), 422, "invalid-request", at("/filename")],
    ["a name that is a path", document("../a.txt"), 422, "invalid-request", at("/filename")],
    ["an unknown policy", { ...document("a.txt"), policy: "x" }, 404, "policy-not-found", {}],
    ["a claim that it lacks", { ...document("a.txt"), policy: "tenant" }, 403, "forbidden", {}],
    [
      "metadata that nobody has",
      { ...document("a.txt"), metadata: { owner: "x" } },
      422,
      "invalid-request",
      at("/metadata/owner"),
    ],
    [
      "a checksum that is none",
      { ...document("a.txt"), checksum: { algorithm: "sha256", value: "x" } },
      422,
      "invalid-request",
      at("/checksum/value"),
    ],
    [
      "parts where there are none",
      { ...document("a.txt"), multipart: true },
      422,
      "invalid-request",
      at("/multipart"),
    ],
  ] as const)("is not spoiled by %s", async ([, bad, statusCode, code, extras]) => {
    const worker = start();
    const results = await resultsOf(worker, [document("a.txt"), bad, document("b.txt")]);
    expect(results).toMatchObject([
      { status: 201, upload: { policy: "document" } },
      { status: statusCode, problem: { status: statusCode, code, ...extras } },
      { status: 201, upload: { policy: "document" } },
    ]);
    expect(results[1]).not.toHaveProperty("upload");
  });

  it("names the request in each problem", async () => {
    const response = await postBatch(start(), { uploads: [null] });
    expect(await response.json()).toMatchObject({
      results: [{ problem: { requestId: response.headers.get("x-request-id") } }],
    });
  });

  it("creates multipart uploads, and is not affected by a store that is down", async () => {
    const store = createStore();
    const worker = start({ store });
    const video = { policy: "video", contentType: "video/mp4", size: 8 * MiB };
    store.scripts.CreateMultipartUpload = () => status(503);
    const uploads = [video, document("a.txt")];
    const results = await resultsOf(worker, uploads);
    expect(results).toMatchObject([
      { status: 502, problem: { code: "store-unavailable" } },
      { status: 201 },
    ]);
    delete store.scripts.CreateMultipartUpload;
    expect(await resultsOf(worker, uploads)).toMatchObject([
      { status: 201, upload: { multipart: { partCount: 1 } } },
      { status: 201 },
    ]);
  });

  it.for([
    ["no upload", { uploads: [] }, "/uploads"],
    ["twenty-six", { uploads: Array.from({ length: 26 }, () => document("a.txt")) }, "/uploads"],
    ["no list", { uploads: document("a.txt") }, "/uploads"],
    ["nothing", {}, "/uploads"],
    ["a field too many", { uploads: [document("a.txt")], policy: "document" }, "/policy"],
    ["a list alone", [document("a.txt")], ""],
    ["null", null, ""],
    ["a text", "uploads", ""],
  ] as const)("is refused with %s", async ([, body, pointer]) => {
    await expectProblem(await postBatch(start(), body), 422, "invalid-request", at(pointer));
  });

  it("has room for twenty-five uploads with the longest names", async () => {
    const names = Array.from({ length: 25 }, () => `${"가".repeat(251)}.txt`);
    const results = await resultsOf(start(), names.map(document));
    expect(statusesOf(results)).toEqual(names.map(() => 201));
  });
});

describe("a batch with a quota", () => {
  function countReservations(reserve: LedgerApi["reserve"]) {
    const calls: (readonly Reservation[])[] = [];
    const ledger = {
      reserve: async (reservations: readonly Reservation[]) => {
        calls.push(reservations);
        return reserve(reservations);
      },
    };
    return { calls, env: { LEDGER: { getByName: () => ledger } } };
  }
  const admitAll: LedgerApi["reserve"] = async (reservations) =>
    Promise.resolve(reservations.map(() => ({ isAdmitted: true, remaining: {} })));

  it("is reserved in one round trip, and only what has a quota and no error", async () => {
    const { calls, env } = countReservations(admitAll);
    const uploads = [
      { ...LIMITED, size: 1 },
      document("a.txt"),
      { ...LIMITED, size: 0 },
      { ...LIMITED, size: 2 },
    ];
    expect(statusesOf(await resultsOf(start({ env }), uploads))).toEqual([201, 201, 422, 201]);
    expect(calls.map((call) => call.map(({ bytes }) => bytes))).toEqual([[1, 2]]);
  });

  it("asks no ledger where nothing has a quota", async () => {
    const { calls, env } = countReservations(admitAll);
    await resultsOf(start({ env }), [document("a.txt"), { ...LIMITED, size: 0 }]);
    expect(calls).toEqual([]);
  });

  it("gives each upload the answer to it", async () => {
    const { env } = countReservations(async (reservations) =>
      Promise.resolve(
        reservations.map(({ bytes }) =>
          bytes > 2
            ? { isAdmitted: false, exceeded: "pending", retryAfterSeconds: 60, remaining: {} }
            : { isAdmitted: true, remaining: { pending: { limit: 50, remaining: bytes } } },
        ),
      ),
    );
    const uploads = [5, 1, 6, 2].map((size) => ({ ...LIMITED, size }));
    expect(await resultsOf(start({ env }), uploads)).toMatchObject([
      { status: 429, problem: { code: "quota-exceeded", retryAfter: 60 } },
      { status: 201, upload: { contentLength: 1, quota: { pending: { remaining: 1 } } } },
      { status: 429, problem: { code: "quota-exceeded", retryAfter: 60 } },
      { status: 201, upload: { contentLength: 2, quota: { pending: { remaining: 2 } } } },
    ]);
  });

  it.for([
    ["fails", async () => Promise.reject(new Error("The ledger is down"))],
    ["answers too little", async () => Promise.resolve([])],
  ] as const)("is refused alone where the ledger %s", async ([, reserve]) => {
    const { env } = countReservations(reserve);
    const results = await resultsOf(start({ env }), [LIMITED, document("a.txt"), LIMITED]);
    expect(results).toMatchObject([
      { status: 503, problem: { code: "ledger-unavailable", retryAfter: 5 } },
      { status: 201 },
      { status: 503, problem: { code: "ledger-unavailable", retryAfter: 5 } },
    ]);
  });

  it("is refused alone where there is no ledger", async () => {
    const results = await resultsOf(start(), [LIMITED, document("a.txt")]);
    expect(statusesOf(results)).toEqual([503, 201]);
  });
});

describe("a batch with the ledger itself", () => {
  afterEach(async () => {
    restoreEnvironment();
    await reset();
  });

  it("admits what fits, in order, and passes over what does not", async () => {
    controlEnvironment();
    const sizes = [9_000_000, 10_000_000, 2_000_000, 1_000_000, 1];
    const uploads = sizes.map((size) => ({ policy: "limited", contentType: "image/png", size }));
    const response = await ask("POST", "/v1/uploads/batch", { body: { uploads } });
    expect(await response.json()).toMatchObject({
      results: [
        { status: 201, upload: { quota: { bytes: { remaining: 11_000_000 } } } },
        { status: 201, upload: { quota: { bytes: { remaining: 1_000_000 } } } },
        { status: 429, problem: { code: "quota-exceeded", limit: 20_000_000 } },
        { status: 201, upload: { quota: { bytes: { remaining: 0 } } } },
        { status: 429, problem: { code: "quota-exceeded", limit: 20_000_000 } },
      ],
    });
    const { uploads: kept } = await ledgerOf().list({});
    expect(new Set(kept.map(({ claims }) => claims.size))).toEqual(
      new Set([9_000_000, 10_000_000, 1_000_000]),
    );
  });
});

describe("a batch in the caller's rate", () => {
  function limiter(allowed: number) {
    const keys: string[] = [];
    const binding = {
      async limit({ key }: { key: string }) {
        keys.push(key);
        return Promise.resolve({ success: keys.length <= allowed });
      },
    };
    return { keys, env: { RATE_LIMIT_CALLER: binding } };
  }

  it("counts every five of its uploads as one request", async () => {
    const { keys, env } = limiter(100);
    const five = [document("a.txt"), null, document("b.txt"), null, document("c.txt")];
    await resultsOf(start({ env }), [...five, ...five, null]);
    const caller = "https://backend.example.com alice";
    expect(keys).toEqual([caller, caller, caller]);
  });

  it("refuses each one that is too many, and reserves nothing for it", async () => {
    const reserved: number[] = [];
    const LEDGER = {
      getByName: () => ({
        reserve: async (reservations: readonly Reservation[]) => {
          reserved.push(reservations.length);
          return Promise.resolve(reservations.map(() => ({ isAdmitted: true, remaining: {} })));
        },
      }),
    };
    const { env } = limiter(1);
    const worker = start({ env: { ...env, LEDGER } });
    const five = Array.from({ length: 5 }, () => LIMITED);
    const results = await resultsOf(worker, [...five, LIMITED, document("a.txt")]);
    expect(results).toMatchObject([
      ...five.map(() => ({ status: 201 })),
      { status: 429, problem: { code: "rate-limited", limit: 120, retryAfter: 60 } },
      { status: 429, problem: { code: "rate-limited", limit: 120, retryAfter: 60 } },
    ]);
    expect(reserved).toEqual([5]);
  });

  it("is refused as a whole where the first is too many", async () => {
    const { keys, env } = limiter(0);
    const response = await postBatch(start({ env }), { uploads: [document("a.txt"), LIMITED] });
    await expectProblem(response, 429, "rate-limited");
    expect(keys).toHaveLength(1);
  });
});
