import { openId } from "../support/open-id.ts";
import { env } from "cloudflare:workers";
import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { local } from "../../../src/define.ts";
import type { Ledger as LedgerApi } from "../../../src/ledger/client.ts";
import { startWorker, type TestWorker } from "../support/start-worker.ts";
import { ledgerName } from "../support/development-worker.ts";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  UPLOAD_ID,
  createUpload,
  createStore,
  expectProblem,
  putParts,
  send,
  status,
  type FakeStore,
  xml,
} from "../support/fake-store.ts";

const HOUR = 3600;

interface Setting {
  readonly store: FakeStore;
  readonly worker: TestWorker;
  readonly moveClock: (seconds: number) => void;
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

/** The development ledger itself, and a store of the same name as the one that it knows. */
describe("a multipart upload with a ledger", () => {
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
  const recordOf = async (id: string) => ledger().find((await openId(id)).jti);

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
          readQuotas: async (policies) => stub.readQuotas(policies),
          attach: async (claims, dueAtMs) => stub.attach(claims, dueAtMs),
          isKeyShared: async (id) => stub.isKeyShared(id),
          addEvents: async (events) => stub.addEvents(events),
          find: async (id) => stub.find(id),
          findByKey: async (key, stores) => stub.findByKey(key, stores),
          list: async (query) => stub.list(query),
          settle: async (id, outcome) => stub.settle(id, outcome),
          undo: async (claims) => stub.undo(claims),
          release: async (id) => stub.release(id),
          forgetObject: async (object) => stub.forgetObject(object),
          readUsage: async (policies) => stub.readUsage(policies),
          correct: async (correction) => stub.correct(correction),
          readOutbox: async (user) => stub.readOutbox(user),
          sendAgain: async (message) => stub.sendAgain(message),
          erase: async (user) => stub.erase(user),
          addStuck: async (stuck) => stub.addStuck(stuck),
          removeStuck: async (id) => stub.removeStuck(id),
          readStuck: async () => stub.readStuck(),
          hold: async (id, held) => stub.hold(id, held),
          letGo: async (id, end) => stub.letGo(id, end),
          noteDeletion: async (object) => stub.noteDeletion(object),
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
    const { id } = await createUpload(worker, SIZE);
    expect(await recordOf(id)).toMatchObject({
      status: "pending",
      claims: { uploadId: UPLOAD_ID, partSize: 8 * MiB, size: SIZE },
    });
  });

  it("releases what it reserved where the store does not createUpload it", async () => {
    const { store, worker } = startMetered();
    store.scripts.CreateMultipartUpload = () => status(503);
    await expectProblem(await create(worker, { size: SIZE }), 502, "store-unavailable");
    const { uploads } = await ledger().list({});
    expect(uploads).toMatchObject([{ status: "aborted" }]);
    expect(uploads[0]).not.toHaveProperty("isReserved");
  });

  it("makes the store forget what was created where the ledger fails then", async () => {
    const { store, worker } = startMetered({
      attach: async () => Promise.reject(new Error("The ledger is down")),
    });
    await expectProblem(await create(worker, { size: SIZE }), 503, "ledger-unavailable");
    expect(store.single("AbortMultipartUpload").url.searchParams.get("uploadId")).toBe(UPLOAD_ID);
  });

  const created = () => xml("InitiateMultipartUploadResult", `<UploadId>${UPLOAD_ID}</UploadId>`);

  /** What the ledger lists while the store still creates the upload: an id without the store's uploadId. */
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
      return created();
    };
    await createUpload(worker, SIZE);
    expect((await send(worker, "DELETE", `/v1/uploads/${early}`)).status).toBe(204);
    expect(store.single("AbortMultipartUpload").url.searchParams.get("uploadId")).toBe(UPLOAD_ID);
  });

  it("gives no ticket where it was aborted while the store began it", async () => {
    const { store, worker } = startMetered();
    store.scripts.CreateMultipartUpload = async () => {
      await send(worker, "DELETE", `/v1/uploads/${await earlyIdOf(worker)}`);
      return created();
    };
    await expectProblem(await create(worker, { size: SIZE }), 410, "upload-expired");
    expect(store.count("AbortMultipartUpload")).toBe(1);
  });

  it("leaves no object where it was aborted while the store put it together", async () => {
    const { store, worker } = startMetered();
    const { id } = await createUpload(worker, SIZE);
    putParts(store, SIZE);
    store.scripts.CompleteMultipartUpload = async () => {
      expect((await send(worker, "DELETE", `/v1/uploads/${id}`)).status).toBe(204);
      store.object = { "content-length": String(SIZE), "content-type": "video/mp4", etag: '"x"' };
      return xml("CompleteMultipartUploadResult", "<ETag>x</ETag>");
    };
    await expectProblem(await complete(worker, id), 410, "upload-expired");
    expect(store.object).toBeUndefined();
  });

  describe("created with an Idempotency-Key", () => {
    const KEY = { "idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324" };
    interface Parts {
      readonly id: string;
      readonly key: string;
      readonly multipart: { readonly uploadId: string; readonly parts: readonly unknown[] };
    }
    const request = async (worker: TestWorker) => {
      const body = { contentType: "video/mp4", size: SIZE };
      return send(worker, "POST", "/v1/uploads", { body, headers: KEY });
    };
    const start = async (worker: TestWorker): Promise<Parts> => {
      const response = await request(worker);
      expect(response.status).toBe(201);
      return response.json();
    };
    /** Each CreateMultipartUpload gets an id of its own, and waits as long as a test says. */
    function nameEach(store: FakeStore, wait: (index: number) => Promise<void>): void {
      let count = 0;
      store.scripts.CreateMultipartUpload = async () => {
        const index = (count += 1);
        await wait(index);
        return xml("InitiateMultipartUploadResult", `<UploadId>upload-${index}</UploadId>`);
      };
    }
    const abortedIn = (store: FakeStore) =>
      store.requests.flatMap(({ operation, url }) =>
        operation === "AbortMultipartUpload" ? [url.searchParams.get("uploadId")] : [],
      );

    it("is one at the store, with tickets for its parts again", async () => {
      const { store, worker } = startMetered();
      const first = await start(worker);
      vi.setSystemTime(Date.now() + HOUR * 1000);
      const again = await start(worker);
      const { id, key, multipart } = first;
      expect(again).toMatchObject({ id, key, multipart: { uploadId: multipart.uploadId } });
      expect(again.multipart.parts).toHaveLength(2);
      expect(again).toMatchObject({ expiresIn: 23 * HOUR });
      expect(store.count("CreateMultipartUpload")).toBe(1);
    });

    it("is created by the second request where the first one died before the store's answer", async () => {
      let isDead = true;
      const { store, worker } = startMetered({
        attach: async (claims, dueAtMs) =>
          isDead ? new Promise(() => undefined) : ledger().attach(claims, dueAtMs),
      });
      void request(worker);
      await vi.waitFor(() => expect(store.count("CreateMultipartUpload")).toBe(1));
      isDead = false;
      const { id } = await start(worker);
      expect(await recordOf(id)).toMatchObject({
        status: "pending",
        claims: { uploadId: UPLOAD_ID },
      });
      expect((await ledger().list({})).uploads).toHaveLength(1);
    });

    it("is one for two requests that create at once: what the other created is aborted", async () => {
      const { store, worker } = startMetered();
      let second: Promise<Parts> | undefined;
      nameEach(store, async (index) => {
        if (index > 1) return;
        second = start(worker);
        await second;
      });
      const first = await start(worker);
      expect((await second)?.multipart.uploadId).toBe("upload-2");
      expect(first).toMatchObject({ id: (await second)?.id, multipart: { uploadId: "upload-2" } });
      expect(abortedIn(store)).toEqual(["upload-1"]);
      expect(await recordOf(first.id)).toMatchObject({ status: "pending" });
    });

    it("stays, where another request with the key fails at the store", async () => {
      const { store, worker } = startMetered();
      let second: Promise<Parts> | undefined;
      nameEach(store, async (index) => {
        if (index > 1) return;
        second = start(worker);
        await second;
        throw new Error("Connection reset");
      });
      await expectProblem(await request(worker), 502, "store-unavailable");
      const { id } = (await second) ?? { id: "" };
      expect(await recordOf(id)).toMatchObject({
        status: "pending",
        claims: { uploadId: "upload-2" },
      });
      expect(abortedIn(store)).toEqual([]);
    });

    it("is another one after a try that failed at the store, as its key is free again", async () => {
      const { store, worker } = startMetered();
      store.scripts.CreateMultipartUpload = () => status(503);
      await expectProblem(await request(worker), 502, "store-unavailable");
      delete store.scripts.CreateMultipartUpload;
      expect(await recordOf((await start(worker)).id)).toMatchObject({ status: "pending" });
      const { uploads } = await ledger().list({});
      expect(uploads.map((record) => record.status).toSorted()).toEqual(["aborted", "pending"]);
    });
  });

  it("is signed for while it is pending", async () => {
    const { worker } = startMetered();
    const { id } = await createUpload(worker, SIZE);
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
      const { id } = await createUpload(worker, SIZE);
      await ledger().settle((await openId(id)).jti, outcome);
      await expectProblem(await signParts(worker, id, { partNumbers: [1] }), statusCode, code);
      await expectProblem(await getParts(worker, id), statusCode, code);
      expect(store.count("ListParts")).toBe(0);
    },
  );

  it("is not known any more when its record is gone", async () => {
    const { worker } = startMetered();
    const { id } = await createUpload(worker, SIZE);
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
    const { id } = await createUpload(worker, SIZE);
    putParts(store, SIZE);
    expect((await complete(worker, id)).status).toBe(200);
    expect((await complete(worker, id)).status).toBe(200);
    expect(await recordOf(id)).toMatchObject({ status: "completed", verified: { size: SIZE } });
    expect(store.count("CompleteMultipartUpload")).toBe(1);
  });

  it("stays pending while a part is missing", async () => {
    const { worker } = startMetered();
    const { id } = await createUpload(worker, SIZE);
    await expectProblem(await complete(worker, id), 422, "verification-failed", {
      upload: "pending",
    });
    expect(await recordOf(id)).toMatchObject({ status: "pending" });
  });

  it("is aborted in the ledger and in the store, and stays so", async () => {
    const { store, worker } = startMetered();
    const { id } = await createUpload(worker, SIZE);
    expect((await abort(worker, id)).status).toBe(204);
    expect(store.single("AbortMultipartUpload").url.searchParams.get("uploadId")).toBe(UPLOAD_ID);
    expect(await recordOf(id)).toMatchObject({ status: "aborted" });
    await expectProblem(await complete(worker, id), 410, "upload-expired");
    expect(store.count("CompleteMultipartUpload")).toBe(0);
  });

  it("is aborted also where the store is down, and forgotten by the alarm later", async () => {
    const { store, worker } = startMetered();
    const { id } = await createUpload(worker, SIZE);
    store.scripts.AbortMultipartUpload = () => status(503);
    expect((await abort(worker, id)).status).toBe(202);
    delete store.scripts.AbortMultipartUpload;
    vi.setSystemTime(Date.now() + (24 * HOUR + GRACE) * 1000);
    expect(await runDurableObjectAlarm(ledger())).toBe(true);
    expect(store.count("AbortMultipartUpload")).toBe(2);
  });

  it("counts when it is aborted while the store joins its parts, as the object comes later", async () => {
    const { store, worker } = startMetered();
    const { id } = await createUpload(worker, SIZE);
    store.scripts.AbortMultipartUpload = () => status(404);
    expect((await abort(worker, id)).status).toBe(202);
    store.object = { "content-length": String(SIZE), "content-type": "video/mp4", etag: '"late"' };
    expect(await recordOf(id)).toMatchObject({ status: "aborted", isReserved: true });
    expect((await abort(worker, id)).status).toBe(204);
    expect(store.object).toBeUndefined();
    expect(await recordOf(id)).not.toHaveProperty("isReserved");
  });

  it("counts when it is aborted and no key may delete its object", async () => {
    const { store, worker } = startMetered();
    const { id } = await createUpload(worker, SIZE);
    store.scripts.AbortMultipartUpload = () => status(404);
    store.scripts.DeleteObject = () => status(403);
    store.object = { "content-length": String(SIZE), "content-type": "video/mp4", etag: '"whole"' };
    expect((await abort(worker, id)).status).toBe(202);
    expect(await recordOf(id)).toMatchObject({ status: "aborted", isReserved: true });
  });

  it("cannot be aborted when it is completed", async () => {
    const { store, worker } = startMetered();
    const { id } = await createUpload(worker, SIZE);
    putParts(store, SIZE);
    await complete(worker, id);
    await expectProblem(await abort(worker, id), 409, "already-completed");
    expect(store.object).toBeDefined();
    expect(store.count("AbortMultipartUpload")).toBe(0);
  });

  it("is aborted by the alarm when it was not completed in time, with its parts", async () => {
    const { store, worker } = startMetered();
    const { id } = await createUpload(worker, SIZE);
    putParts(store, SIZE);
    vi.setSystemTime(Date.now() + (24 * HOUR + GRACE) * 1000);
    expect(await runDurableObjectAlarm(ledger())).toBe(true);
    expect(await recordOf(id)).toMatchObject({ status: "expired" });
    expect(store.single("AbortMultipartUpload").url.searchParams.get("uploadId")).toBe(UPLOAD_ID);
  });
});
