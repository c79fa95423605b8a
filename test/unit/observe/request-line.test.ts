import { describe, expect, it } from "vitest";
import { createUploadsClass } from "../../../src/rpc/entrypoint.ts";
import { sha256Hex } from "../../../src/hash.ts";
import type { Ledger } from "../../../src/ledger/client.ts";
import {
  CONFIG,
  ENV,
  NOW,
  postUpload,
  startWorker,
  tokenFor,
  type TestWorker,
} from "../support/start-worker.ts";
import { createStore, PARTS_CONFIG, PARTS_ENV, send } from "../support/fake-store.ts";

const PNG = { policy: "photo", filename: "secret-name.png", contentType: "image/png", size: 1234 };
const ALICE = sha256Hex(JSON.stringify(["https://backend.example.com", "alice"])).slice(0, 32);

type Line = Readonly<Record<string, unknown>>;
type Requests = "all" | "errors" | "off" | number;

const linesOf = ({ log }: TestWorker): readonly Line[] =>
  log.map((line) => JSON.parse(line) as Line).filter(({ event }) => event === "request");

const start = (requests: Requests, options: Parameters<typeof startWorker>[0] = {}) =>
  startWorker({ config: { ...CONFIG, logging: { requests } }, ...options });

async function post(worker: TestWorker, body: unknown, init: object = {}): Promise<Response> {
  return worker.fetch("/v1/uploads", {
    method: "POST",
    headers: {
      authorization: `Bearer ${await tokenFor()}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
    ...init,
  });
}

describe("the line of a request", () => {
  it("is not written unless it is asked for", async () => {
    const worker = startWorker();
    await postUpload(worker, PNG);
    await postUpload(worker, { ...PNG, contentType: "text/html" });
    expect(worker.log.map((line) => (JSON.parse(line) as Line)["event"])).toEqual([
      "rate-limit-failed",
      "rate-limit-failed",
      "request-refused",
    ]);
  });

  it("says who asked for what, where, and what became of it", async () => {
    const worker = start("all", { env: { ...ENV, VERSION: { id: "v-7" } } });
    const response = await post(worker, PNG, { cf: { country: "KR" } });
    expect(linesOf(worker)).toEqual([
      {
        event: "request",
        requestId: response.headers.get("x-request-id"),
        method: "POST",
        route: "/v1/uploads",
        status: 201,
        code: "ok",
        policy: "photo",
        store: "media",
        granted: 1,
        bytes: 1234,
        caller: ALICE,
        country: "KR",
        deployment: "v-7",
        totalMs: 0,
        authMs: 0,
        hookMs: 0,
        ledgerMs: 0,
        storeMs: 0,
        scannerMs: 0,
      },
    ]);
  });

  it("has the problem's code, and the policy that refused", async () => {
    const worker = start("all");
    await post(worker, { ...PNG, contentType: "text/plain" });
    expect(linesOf(worker)).toMatchObject([
      { status: 415, code: "type-not-allowed", policy: "photo", refused: 1, caller: ALICE },
    ]);
    expect(linesOf(worker)[0]).not.toHaveProperty("bytes");
  });

  it("repeats nothing that a client sent: no file, no key, no path, no token, no unknown policy", async () => {
    const worker = start("all");
    const token = await tokenFor();
    await post(worker, { ...PNG, metadata: { "secret-name": "x" } });
    await post(worker, { ...PNG, policy: "secret-name" });
    await worker.fetch("/secret-name", { method: "PROPFIND" });
    await worker.fetch(`/uppy/${token}/s3/params?filename=secret-name.png&type=image/png`);
    await worker.fetch("/v1/uploads/secret-name", {
      headers: { authorization: `Bearer ${token}` },
    });
    await worker.fetch("/v1/secret-name", { headers: { authorization: `Bearer ${token}` } });
    await post(worker, PNG, { cf: { country: "secret-name" } });
    const lines = linesOf(worker);
    expect(lines.map(({ method, route, code }) => [method, route, code])).toEqual([
      ["POST", "/v1/uploads", "invalid-request"],
      ["POST", "/v1/uploads", "policy-not-found"],
      ["PROPFIND", "none", "not-found"],
      ["GET", "/uppy/:token/s3/params", "invalid-request"],
      ["GET", "/v1/uploads/:id", "upload-not-found"],
      ["GET", "none", "not-found"],
      ["POST", "/v1/uploads", "ok"],
    ]);
    for (const text of ["secret-name", token, "http"])
      expect(JSON.stringify(lines)).not.toContain(text);
  });

  it("names nobody whose token is not valid, and a caller who asks too often", async () => {
    const env = { ...ENV, RATE_LIMIT_CALLER: { limit: async () => ({ success: false }) } };
    const worker = start("all", { env });
    await worker.fetch("/v1/policies", { headers: { authorization: "Bearer x.y.z" } });
    await post(worker, PNG);
    expect(linesOf(worker)).toMatchObject([
      { code: "unauthenticated", status: 401 },
      { code: "rate-limited", status: 429, caller: ALICE },
    ]);
    expect(linesOf(worker)[0]).not.toHaveProperty("caller");
  });

  it("counts the tickets of a batch, and marks several policies", async () => {
    const worker = start("all");
    const uploads = [
      PNG,
      PNG,
      { ...PNG, policy: "document", size: 6 },
      { ...PNG, contentType: "text/html" },
      { filename: 1 },
    ];
    await worker.fetch("/v1/uploads/batch", {
      method: "POST",
      headers: {
        authorization: `Bearer ${await tokenFor()}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ uploads }),
    });
    expect(linesOf(worker)).toMatchObject([
      {
        route: "/v1/uploads/batch",
        code: "ok",
        policy: "*",
        store: "media",
        granted: 3,
        refused: 2,
        bytes: 2474,
      },
    ]);
  });

  it("has the pattern of every route, and what an id says of its upload", async () => {
    const store = createStore();
    const worker = startWorker({
      config: { ...PARTS_CONFIG, logging: { requests: "all" } },
      env: PARTS_ENV,
      dependencies: { fetch: store.fetch },
    });
    const body = { contentType: "video/mp4", size: 9_000_000, multipart: true };
    const created = await send(worker, "POST", "/v1/uploads", { body });
    const { id } = await created.json<{ id: string }>();
    const requests: readonly (readonly [string, string, object?])[] = [
      ["GET", `/v1/uploads/${id}`],
      ["GET", `/v1/uploads/${id}/parts`],
      ["POST", `/v1/uploads/${id}/parts`, { partNumbers: [1] }],
      ["POST", `/v1/uploads/${id}/complete`],
      ["POST", "/v1/uploads/batch/complete", { ids: [id] }],
      ["DELETE", `/v1/uploads/${id}`],
      ["POST", "/v1/downloads", { key: "x", policy: "video" }],
      ["DELETE", "/v1/objects", { key: "x", policy: "video" }],
      ["GET", "/healthz"],
    ];
    for (const [method, path, sent] of requests) await send(worker, method, path, { body: sent });
    const [first, ...lines] = linesOf(worker);
    expect(first).toMatchObject({ policy: "video", store: "media", bytes: 9_000_000 });
    expect(lines.map(({ route }) => route)).toEqual([
      "/v1/uploads/:id",
      "/v1/uploads/:id/parts",
      "/v1/uploads/:id/parts",
      "/v1/uploads/:id/complete",
      "/v1/uploads/batch/complete",
      "/v1/uploads/:id",
      "/v1/downloads",
      "/v1/objects",
      "/healthz",
    ]);
    for (const line of lines.slice(0, 8)) expect(line).toMatchObject({ policy: "video" });
    for (const line of lines.slice(0, 6)) expect(line).toMatchObject({ store: "media" });
  });
});

describe("the milliseconds of a line", () => {
  /** Time passes only where the Worker waits, as on the platform. */
  function startSlow(): TestWorker {
    let nowMs = NOW;
    const store = createStore();
    const ledger = {
      reserve: async () => {
        nowMs += 7;
        return [{ isAdmitted: true, remaining: {} }];
      },
      attach: async () => {
        nowMs += 20;
        return true;
      },
    } as unknown as Ledger;
    return startWorker({
      config: { ...PARTS_CONFIG, logging: { requests: "all" } },
      env: {
        ...PARTS_ENV,
        LEDGER: { getByName: () => ledger },
        RATE_LIMIT_ADDRESS: {
          limit: async () => {
            nowMs += 3;
            return { success: true };
          },
        },
      },
      dependencies: {
        now: () => nowMs,
        fetch: async (url, init) => {
          nowMs += 100;
          return store.fetch(url, init);
        },
      },
      hooks: {
        authorize: async () => {
          nowMs += 5;
          return {};
        },
      },
    });
  }

  it("say where a request has waited: the caller, the app, the ledger, the store", async () => {
    const worker = startSlow();
    const body = { policy: "metered", contentType: "video/mp4", size: 9_000_000, multipart: true };
    expect((await send(worker, "POST", "/v1/uploads", { body })).status).toBe(201);
    expect(linesOf(worker)).toMatchObject([
      { authMs: 3, hookMs: 5, ledgerMs: 27, storeMs: 100, totalMs: 135 },
    ]);
  });

  it("are those of whoever was not recognized, too", async () => {
    const worker = startSlow();
    await worker.fetch("/v1/policies");
    expect(linesOf(worker)).toMatchObject([{ code: "unauthenticated", authMs: 3, totalMs: 3 }]);
  });
});

describe("which requests get a line", () => {
  it("are those that got a problem, with errors", async () => {
    const worker = start("errors");
    await post(worker, PNG);
    await post(worker, { ...PNG, size: 10 ** 9 });
    expect(linesOf(worker)).toMatchObject([{ code: "too-large" }]);
  });

  it.for([
    [0.1, [0.05, 0.1, 0.5], 1],
    [1, [0, 0.5, 0.999], 3],
    [0, [0, 0.5, 0.999], 0],
  ] as const)("are a share of them: %j", async ([requests, drawn, written]) => {
    const rest = [...drawn];
    const worker = start(requests, { dependencies: { random: () => rest.shift() ?? 0.5 } });
    for (const _ of drawn) await post(worker, PNG);
    expect(linesOf(worker)).toHaveLength(written);
  });

  it.for([[-0.1], [1.1], ["some"], [true]])("are never %j", ([requests]) => {
    const worker = startWorker({ config: { ...CONFIG, logging: { requests } } });
    expect(worker.log.join()).toContain(
      'must be \\"all\\", \\"errors\\", \\"off\\", or a share from 0 to 1, such as 0.1',
    );
  });
});

describe("the level of the log", () => {
  const refuseThenFail = async (level: string) => {
    const config = { ...PARTS_CONFIG, logging: { level, requests: "all" } };
    const worker = startWorker({ config, env: PARTS_ENV });
    await post(worker, { contentType: "text/plain" });
    // This test lets nothing out: the store cannot be reached.
    await post(worker, { contentType: "video/mp4", size: 9_000_000, multipart: true });
    return worker.log.map((line) => {
      const { event, code = "" } = JSON.parse(line) as Readonly<Record<string, string>>;
      return `${event} ${code}`.trim();
    });
  };

  it.for([
    [
      "debug",
      [
        "rate-limit-failed",
        "rate-limit-failed",
        "request-refused type-not-allowed",
        "request type-not-allowed",
        "request-failed store-unavailable",
        "request store-unavailable",
      ],
    ],
    ["warn", ["rate-limit-failed", "rate-limit-failed", "request-failed store-unavailable"]],
    ["error", ["request-failed store-unavailable"]],
  ] as const)("%s", async ([level, events]) => {
    expect(await refuseThenFail(level)).toEqual(events);
  });

  it("does not hide what is wrong with the configuration", async () => {
    const worker = startWorker({ config: { ...CONFIG, logging: { level: "loud" } } });
    await worker.fetch("/healthz");
    expect(worker.log[0]).toContain('"path":"logging.level"');
  });
});

describe("a call of another Worker", () => {
  it("gets the same line, with the name of its method", async () => {
    const worker = start("all");
    const { dependencies, getService } = worker.worker;
    const Uploads = createUploadsClass(getService, dependencies);
    const props = {
      issuer: "https://backend.example.com",
      policies: ["photo"],
      actions: ["upload"],
    };
    const uploads = new Uploads({ props } as never, {} as never);
    const call = { user: "alice", policy: "photo", contentType: "image/png", size: 5 };
    await uploads.createUpload({ ...call, cf: { country: "DE" } });
    const refused = await uploads.createUpload({ ...call, size: 10 ** 9 });
    expect(linesOf(worker)).toMatchObject([
      { method: "RPC", route: "createUpload", code: "ok", bytes: 5, country: "DE", caller: ALICE },
      { route: "createUpload", code: "too-large", status: 413, policy: "photo", refused: 1 },
    ]);
    expect(refused).toMatchObject({ requestId: linesOf(worker)[1]?.["requestId"] });
  });
});
