import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import type { Completed } from "../../../src/hooks.ts";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  createStore,
  createUpload,
  expectProblem,
  refused,
  send,
  status,
  type FakeStore,
} from "../support/fake-store.ts";
import { openId } from "../support/open-id.ts";
import { startWorker, type TestWorker } from "../support/start-worker.ts";

const PATH = "/v1/uploads/batch/complete";
const CONFIG = {
  ...PARTS_CONFIG,
  policies: {
    ...PARTS_CONFIG.policies,
    note: {
      store: "media",
      key: "notes/{user}/{id}.{ext}",
      types: ["text/plain"],
      maxBytes: "1 MB",
    },
  },
};

interface Result {
  readonly status: number;
  readonly upload?: Readonly<Record<string, unknown>>;
  readonly problem?: Readonly<Record<string, unknown>>;
}

function start(
  store: FakeStore,
  options: Parameters<typeof startWorker>[0] = {},
): { readonly worker: TestWorker; readonly work: Promise<unknown>[] } {
  const work: Promise<unknown>[] = [];
  const worker = startWorker({
    config: CONFIG,
    env: PARTS_ENV,
    ...options,
    dependencies: { fetch: store.fetch, waitUntil: (one) => void work.push(one) },
  });
  return { worker, work };
}

async function createNotes(worker: TestWorker, count: number): Promise<readonly string[]> {
  const body = {
    uploads: Array.from({ length: count }, () => ({
      policy: "note",
      contentType: "text/plain",
      size: 5,
    })),
  };
  const response = await send(worker, "POST", "/v1/uploads/batch", { body });
  const { results } = await response.json<{ results: { upload: { id: string } }[] }>();
  return results.map(({ upload }) => upload.id);
}

async function complete(
  worker: TestWorker,
  ids: readonly unknown[],
  claims = {},
): Promise<readonly Result[]> {
  const response = await send(worker, "POST", PATH, { body: { ids }, claims });
  expect(response.status).toBe(200);
  return (await response.json<{ results: readonly Result[] }>()).results;
}

const STORED = { "content-length": "5", "content-type": "text/plain", etag: '"note"' };
const stored = () => new Response(null, { headers: STORED });
const storeOf = (scripts: FakeStore["scripts"] = { HeadObject: stored }) => createStore(scripts);

describe("completions in a batch", () => {
  it("have each upload with its own receipt, as a single completion does", async () => {
    const { worker } = start(storeOf());
    const ids = await createNotes(worker, 3);
    const results = await complete(worker, ids);
    const single = await send(worker, "POST", `/v1/uploads/${ids[0]}/complete`);
    const { receipt: _, ...alone } = await single.json<Record<string, unknown>>();
    expect(results[0]).toMatchObject({ status: 200, upload: alone });
    expect(results.map(({ upload }) => upload?.["id"])).toEqual(ids);
    const names = results.map(({ upload }) => decodeJwt(String(upload?.["receipt"])).jti);
    expect(names).toEqual(await Promise.all(ids.map(async (id) => (await openId(id)).jti)));
  });

  it("tell the hook of each", async () => {
    const events: Completed[] = [];
    const { worker, work } = start(storeOf(), {
      hooks: { onCompleted: (event) => void events.push(event) },
    });
    const ids = await createNotes(worker, 3);
    const results = await complete(worker, [...ids, "nobody"]);
    await Promise.all(work);
    expect(events.map(({ key }) => key)).toEqual(
      results.flatMap(({ upload }) => (upload ? [upload["key"]] : [])),
    );
  });

  it("are refused one by one, each with its own problem", async () => {
    let missing = "";
    const { worker } = start(
      storeOf({ HeadObject: ({ url }) => (url.pathname === missing ? status(404) : stored()) }),
    );
    const ids = await createNotes(worker, 2);
    missing = `/${(await openId(ids[0] ?? "")).key}`;
    const results = await complete(worker, [...ids, "nobody", `${ids[0]}x`]);
    expect(results).toMatchObject([
      { status: 422, problem: { code: "verification-failed", upload: "pending" } },
      { status: 200 },
      { status: 404, problem: { code: "upload-not-found" } },
      { status: 404, problem: { code: "upload-not-found" } },
    ]);
    const ofRequest = new Set(results.flatMap(({ problem }) => problem?.["requestId"] ?? []));
    expect(ofRequest.size).toBe(1);
  });

  it("go on where one fails as nobody expects, and the log has its reason", async () => {
    const { worker } = start(storeOf());
    const ids = await createNotes(worker, 7);
    const { receipts } = worker.worker.getService();
    const { sign } = receipts;
    let calls = 0;
    Object.assign(receipts, {
      sign: async (...given: Parameters<typeof sign>) => {
        if (++calls === 2) throw new RangeError("hunter2");
        return sign(...given);
      },
    });
    const results = await complete(worker, ids);
    expect(results.filter((one) => one.status === 200)).toHaveLength(6);
    const failed = results.find((one) => one.status !== 200)?.problem;
    expect(failed).toMatchObject({ status: 500, code: "internal" });
    expect(JSON.stringify(results)).not.toContain("hunter2");
    const line = worker.log.find((one) => one.includes("request-failed"));
    expect(line).toContain(String(failed?.["requestId"]));
  });

  it("go on where the store answers one of them with an error", async () => {
    let calls = 0;
    const { worker } = start(
      storeOf({ HeadObject: () => (calls++ === 0 ? refused("AccessDenied", 403) : stored()) }),
    );
    const results = await complete(worker, await createNotes(worker, 6));
    expect(results.map((one) => one.status)).toEqual([502, 200, 200, 200, 200, 200]);
    expect(worker.log.join()).toContain("store-unavailable");
  });

  it("never ask the store for more than five at a time", async () => {
    let now = 0;
    let most = 0;
    const { worker } = start(
      storeOf({
        HeadObject: async () => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, 2));
          now -= 1;
          return stored();
        },
      }),
    );
    const results = await complete(worker, await createNotes(worker, 25));
    expect(results.filter((one) => one.status === 200)).toHaveLength(25);
    expect(most).toBe(5);
  });

  it("do not wait for a slow one", async () => {
    let release: () => void = () => undefined;
    let isFirst = true;
    const waiting = new Promise<void>((resolve) => (release = resolve));
    const store = storeOf({
      HeadObject: async () => {
        if (!isFirst) return stored();
        isFirst = false;
        await waiting;
        return stored();
      },
    });
    const { worker } = start(store);
    const answer = complete(worker, await createNotes(worker, 25));
    await expect.poll(() => store.count("HeadObject")).toBe(25);
    release();
    expect(await answer).toHaveLength(25);
  });

  it("complete multipart uploads whose parts the store lists", async () => {
    const store = createStore();
    const { worker } = start(store);
    const { id } = await createUpload(worker, 2 * 8 * MiB);
    expect(await complete(worker, [id])).toMatchObject([
      {
        status: 422,
        problem: { upload: "pending", detail: expect.stringContaining("1, 2") as string },
      },
    ]);
    store.parts.set(1, { size: 8 * MiB, etag: "a" }).set(2, { size: 8 * MiB, etag: "b" });
    expect(await complete(worker, [id])).toMatchObject([{ status: 200, upload: { id } }]);
  });

  it("say which upload to complete alone, as its store cannot list parts", async () => {
    const store = createStore({ ListParts: () => refused("NotImplemented", 501) });
    const { worker } = start(store);
    const { id } = await createUpload(worker, 2 * 8 * MiB);
    expect(await complete(worker, [id])).toMatchObject([
      {
        status: 422,
        problem: {
          code: "invalid-request",
          errors: [
            { pointer: "/parts", detail: expect.stringContaining("Send them to POST") as string },
          ],
        },
      },
    ]);
    expect(store.count("CompleteMultipartUpload")).toBe(0);
  });
});

describe("a batch of completions", () => {
  const refusedBody = async (body: unknown) => {
    const store = storeOf();
    const { worker } = start(store);
    const response = await send(worker, "POST", PATH, { body });
    expect(store.requests).toEqual([]);
    return response;
  };

  it.for([
    [{}, "/ids"],
    [{ ids: [] }, "/ids"],
    [{ ids: Array.from({ length: 26 }, (_, index) => `id-${index}`) }, "/ids"],
    [{ ids: ["a", 1] }, "/ids/1"],
    [{ ids: ["a", "b", "a"] }, "/ids/2"],
    [{ ids: ["a"], etags: ["x"] }, "/etags"],
    [{ ids: "a" }, "/ids"],
  ] as const)("is refused as a whole if it is not one: %j", async ([body, pointer]) => {
    await expectProblem(await refusedBody(body), 422, "invalid-request", { errors: [{ pointer }] });
  });

  it("may have 64 KiB", async () => {
    const extras = { limit: 65_536 };
    const long = { ids: Array.from({ length: 9 }, (_, index) => `${index}${"x".repeat(8000)}`) };
    await expectProblem(await refusedBody(long), 413, "too-large", extras);
  });

  it("cannot complete what its token is restricted from, and says no more of it", async () => {
    const { worker } = start(storeOf());
    const [id = ""] = await createNotes(worker, 1);
    const unknown = await complete(worker, ["nobody"]);
    const problem = { code: "upload-not-found", detail: unknown[0]?.problem?.["detail"] };
    for (const claims of [{ policies: ["video"] }, { key: "notes/alice/x.txt" }, { sub: "bob" }])
      expect(await complete(worker, [id], claims)).toMatchObject([{ status: 404, problem }]);
  });
});

describe("the rate of completions", () => {
  function limiter(allowed: number) {
    const keys: string[] = [];
    const RATE_LIMIT_CALLER = {
      async limit({ key }: { key: string }) {
        if (key.startsWith("completions")) keys.push(key);
        return Promise.resolve({ success: keys.length <= allowed });
      },
    };
    return { keys, env: { ...PARTS_ENV, RATE_LIMIT_CALLER } };
  }

  it("counts every five uploads of a batch as one, apart from tickets", async () => {
    const { keys, env } = limiter(100);
    const { worker } = start(storeOf(), { env });
    await complete(worker, await createNotes(worker, 11));
    expect(keys).toEqual(Array(3).fill("completions https://backend.example.com alice"));
  });

  it("refuses each one that is too many, and asks no store for it", async () => {
    const { env } = limiter(1);
    const store = storeOf();
    const { worker } = start(store, { env });
    const results = await complete(worker, await createNotes(worker, 7));
    expect(results.map((one) => one.status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect(results.slice(5)).toMatchObject([
      { problem: { code: "rate-limited", retryAfter: 60 } },
      { problem: { code: "rate-limited", retryAfter: 60 } },
    ]);
    expect(store.count("HeadObject")).toBe(5);
  });
});
