import {
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { describe, expect, it } from "vitest";
import {
  controlForEach,
  grant,
  isStored,
  ledgerOf,
  moveClock,
  putObject,
  rowsOf,
} from "../support/development-worker.ts";
import { startFailingWorker, type LedgerFault } from "../support/failing-ledger.ts";

const environment = controlForEach();

const FAULTS = ["before", "after", "evicted"] as const satisfies readonly LedgerFault[];
const UPLOAD = { policy: "limited", contentType: "image/png", size: 1000 };
const alarm = async () => runDurableObjectAlarm(ledgerOf());
const eventsOf = () =>
  environment.delivered.map(({ body }) => (JSON.parse(body) as { type: string }).type).toSorted();

/** A failure says when to try again; an eviction is not noticed. */
async function expectOutcome(
  response: Response,
  fault: LedgerFault,
  status: number,
): Promise<void> {
  const text = await response.text();
  const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  const seen = [response.status, response.headers.get("retry-after"), body["code"]];
  const failed = [503, "5", "ledger-unavailable"];
  expect(seen).toEqual(fault === "evicted" ? [status, null, undefined] : failed);
}

async function expectSums(bytes: number | undefined, reserved: number): Promise<void> {
  const [window] = await rowsOf("SELECT used FROM window WHERE counter = 'bytes'");
  const [usage] = await rowsOf("SELECT sum(reserved) AS reserved FROM usage");
  const [counted] = await rowsOf("SELECT sum(reserved) AS reserved FROM upload");
  expect([window?.["used"], usage, counted]).toEqual([bytes, { reserved }, { reserved }]);
}

describe("a ledger that fails between two steps", () => {
  it.for(FAULTS)(
    "(%s) while a ticket is created: nothing stays reserved for good",
    async (fault) => {
      const worker = startFailingWorker();
      worker.failAt(0, fault);
      await expectOutcome(await worker.ask("POST", "/v1/uploads", UPLOAD), fault, 201);
      expect((await worker.ask("POST", "/v1/uploads", UPLOAD)).status).toBe(201);
      moveClock(20 * 60);
      await alarm();
      await expectSums(undefined, 0);
      expect(eventsOf()).toEqual(
        fault === "before" ? ["upload.expired"] : ["upload.expired", "upload.expired"],
      );
    },
  );

  it.for(FAULTS.flatMap((fault) => [0, 1].map((call) => [fault, call] as const)))(
    "(%s call %i) while an upload is completed: it is completed once",
    async ([fault, call]) => {
      const worker = startFailingWorker();
      const { id, key } = await grant(1000);
      await putObject(key, 1000);
      worker.failAt(call, fault);
      const complete = async () => worker.ask("POST", `/v1/uploads/${id}/complete`);
      await expectOutcome(await complete(), fault, 200);
      expect((await complete()).status).toBe(200);
      expect((await complete()).status).toBe(200);
      await alarm();
      await expectSums(1000, 0);
      expect(eventsOf()).toEqual(["upload.completed"]);
    },
  );

  it.for(FAULTS.flatMap((fault) => [0, 1, 2].map((call) => [fault, call] as const)))(
    "(%s call %i) while an upload is aborted: its bytes come back when it is aborted again, or by the alarm",
    async ([fault, call]) => {
      for (const isRepeated of [true, false]) {
        const worker = startFailingWorker();
        const { id, key } = await grant(1000);
        await putObject(key, 1000);
        worker.failAt(call, fault);
        const abort = async () => worker.ask("DELETE", `/v1/uploads/${id}`);
        await expectOutcome(await abort(), fault, 204);
        const repeated = isRepeated ? (await abort()).status : 204;
        expect(repeated).toBe(204);
        moveClock(20 * 60);
        await alarm();
        await expectSums(isRepeated || call > 0 || fault !== "before" ? undefined : 1000, 0);
        expect(await isStored(key)).toBe(!isRepeated && call === 0 && fault === "before");
        environment.delivered.length = 0;
        await reset();
      }
    },
  );

  it.for(FAULTS)("(%s) while it is read: the next read works", async (fault) => {
    const worker = startFailingWorker();
    const { id } = await grant(1000);
    for (const path of ["/v1/uploads", `/v1/uploads/${id}`]) {
      worker.failAt(0, fault);
      await expectOutcome(await worker.ask("GET", path), fault, 200);
      expect((await worker.ask("GET", path)).status).toBe(200);
    }
  });

  it.for(FAULTS)(
    "(%s) while a batch is created: policies without a quota get their tickets",
    async (fault) => {
      const worker = startFailingWorker();
      worker.failAt(0, fault);
      const plain = { policy: "photo", contentType: "image/png", size: 10 };
      const response = await worker.ask("POST", "/v1/uploads/batch", { uploads: [UPLOAD, plain] });
      expect(await response.json()).toMatchObject({
        results: [{ status: fault === "evicted" ? 201 : 503 }, { status: 201 }],
      });
    },
  );
});

describe("two versions at once", () => {
  it("keeps the alarm of a ledger that a later release has changed, and settles it after the next deployment", async () => {
    const { key } = await grant(1000);
    await putObject(key, 1000);
    await rowsOf("UPDATE ledger SET version = 2");
    await evictDurableObject(ledgerOf());
    moveClock(20 * 60);
    await alarm();
    const atMs = await runInDurableObject(ledgerOf(), async (_, { storage }) => storage.getAlarm());
    expect(Number(atMs)).toBe(Date.now() + 300_000);
    expect(eventsOf()).toEqual([]);
    await rowsOf("UPDATE ledger SET version = 1");
    moveClock(300);
    await alarm();
    expect(eventsOf()).toEqual(["upload.completed"]);
    await expectSums(1000, 0);
  });
});

describe("a deletion that is interrupted", () => {
  const PLAN = { policy: "plan", contentType: "image/png", size: 1000 };
  const stored = async () => rowsOf("SELECT objects, bytes FROM stored_usage");
  const ALL = [{ objects: 1, bytes: 1000 }];
  const NOTHING = [{ objects: 0, bytes: 0 }];

  async function upload(): Promise<{ readonly policy: string; readonly key: string }> {
    const worker = startFailingWorker();
    const created = await worker.ask("POST", "/v1/uploads", PLAN);
    const { id, key } = await created.json<{ id: string; key: string }>();
    await putObject(key, 1000);
    expect((await worker.ask("POST", `/v1/uploads/${id}/complete`)).status).toBe(200);
    moveClock(20 * 60);
    return { policy: "plan", key };
  }

  it.for(FAULTS)(
    "(%s) between the store and the ledger: it counts until it is sent again, and is given back once",
    async (fault) => {
      const object = await upload();
      const worker = startFailingWorker();
      worker.failAt(0, fault);
      await expectOutcome(await worker.ask("DELETE", "/v1/objects", object), fault, 204);
      expect(await isStored(object.key)).toBe(false);
      expect(await stored()).toEqual(fault === "before" ? ALL : NOTHING);
      expect((await worker.ask("DELETE", "/v1/objects", object)).status).toBe(204);
      await alarm();
      expect(await stored()).toEqual(NOTHING);
    },
  );

  it("before the store has answered: what is still stored stays counted", async () => {
    const object = await upload();
    environment.store = () => new Response(null, { status: 503 });
    const worker = startFailingWorker();
    expect((await worker.ask("DELETE", "/v1/objects", object)).status).toBe(502);
    environment.store = undefined;
    expect(await stored()).toEqual(ALL);
  });

  it("by a Worker that the platform kills after the store's deletion counts too much, and not too little", async () => {
    const object = await upload();
    environment.beforeAnswer = async (method) => {
      if (method === "DELETE") throw new Error("The Worker is killed");
    };
    const worker = startFailingWorker();
    await worker.ask("DELETE", "/v1/objects", object);
    environment.beforeAnswer = undefined;
    expect(await isStored(object.key)).toBe(false);
    expect(await stored()).toEqual(ALL);
    await worker.ask("DELETE", "/v1/objects", object);
    await alarm();
    expect(await stored()).toEqual(NOTHING);
  });
});
