import { evictDurableObject, reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CONFIG, ENV, postUpload, startWorker } from "../support/start-worker.ts";
import {
  ask,
  complete,
  grant,
  controlEnvironment,
  isStored,
  ledgerOf,
  moveClock,
  putObject,
  restoreEnvironment,
  rowsOf,
  type Environment,
} from "../support/development-worker.ts";

let environment: Environment;

beforeEach(() => {
  environment = controlEnvironment();
});

afterEach(async () => {
  restoreEnvironment();
  await reset();
});

const MINUTE = 60;

const HOUR = 3600;

const DAY = 24 * HOUR;

const EXPIRY_AND_GRACE = 5 * MINUTE + 15 * MINUTE;

const eventsOf = () =>
  environment.delivered.map(
    ({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> },
  );

const alarm = async (user?: string) => runDurableObjectAlarm(ledgerOf(user));

describe("the ledger's failure", () => {
  const config = {
    ...CONFIG,
    policies: {
      ...CONFIG.policies,
      limited: { ...CONFIG.policies["photo"], key: "limited/{user}/{id}", quota: { pending: 1 } },
    },
  };
  const broken = {
    getByName: () => ({ reserve: async () => Promise.reject(new Error("The ledger is down")) }),
  };
  const photo = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };

  it("refuses policies with a quota alone", async () => {
    const worker = startWorker({ config, env: { ...ENV, LEDGER: broken } });
    const refused = await postUpload(worker, { ...photo, policy: "limited" });
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(await refused.json()).toMatchObject({ code: "ledger-unavailable" });
    expect((await postUpload(worker, photo)).status).toBe(201);
    expect(worker.log.join("\n")).toContain("ledger-failed");
  });
});

describe("abort", () => {
  it("deletes what came, now and later, and cannot undo a completion", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    expect((await ask("DELETE", `/v1/uploads/${id}`)).status).toBe(204);
    expect(await isStored(key)).toBe(false);
    expect((await ask("DELETE", `/v1/uploads/${id}`)).status).toBe(204);
    expect(await complete(id)).toMatchObject({ status: 410 });
    await putObject(key, 1000);
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await isStored(key)).toBe(false);

    const other = await grant(1000);
    await putObject(other.key, 1000);
    await complete(other.id);
    const refused = await ask("DELETE", `/v1/uploads/${other.id}`);
    expect([refused.status, (await refused.json<{ code: string }>()).code]).toEqual([
      409,
      "already-completed",
    ]);
    expect(await isStored(other.key)).toBe(true);
    await alarm();
    expect(eventsOf().map(({ type }) => type)).toEqual(["upload.completed"]);
  });
});

describe("records", () => {
  it("tell one upload, and all of a caller, the newest first, a page at a time", async () => {
    const ids: string[] = [];
    for (let times = 0; times < 60; times += 1) {
      if (times === 30) moveClock(MINUTE * 2);
      const { id } = await grant(1);
      ids.unshift(id);
      if (times < 20) await ask("DELETE", `/v1/uploads/${id}`);
      moveClock(1);
    }
    const first = await (
      await ask("GET", "/v1/uploads")
    ).json<{ uploads: { id: string }[]; cursor: string }>();
    expect(first.uploads).toHaveLength(50);
    const second = await (
      await ask("GET", `/v1/uploads?cursor=${first.cursor}`)
    ).json<{ uploads: { id: string }[] }>();
    expect([...first.uploads, ...second.uploads].map(({ id }) => id)).toEqual(ids);
    expect(second).not.toHaveProperty("cursor");
    const aborted = await (
      await ask("GET", "/v1/uploads?status=aborted")
    ).json<{ uploads: unknown[] }>();
    expect(aborted.uploads).toHaveLength(20);
    expect(await (await ask("GET", "/v1/uploads", { user: "bob" })).json()).toEqual({
      uploads: [],
    });
    expect((await ask("GET", "/v1/uploads?cursor=x")).status).toBe(422);
    expect((await ask("GET", "/v1/uploads?status=x")).status).toBe(422);
    const one = await (await ask("GET", `/v1/uploads/${ids[0]}`)).json();
    expect(one).toMatchObject({
      id: ids[0],
      status: "pending",
      policy: "limited",
      contentType: "image/png",
      size: 1,
    });
  });
});

describe("a ledger that was only asked", () => {
  it("keeps nothing", async () => {
    expect(await (await ask("GET", "/v1/uploads", { user: "nobody" })).json()).toEqual({
      uploads: [],
    });
    expect(await rowsOf("SELECT name FROM sqlite_master WHERE name = 'upload'", "nobody")).toEqual(
      [],
    );
  });
});

describe("the alarm", () => {
  it("completes what arrived although the client died, and sends the webhook", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    moveClock(EXPIRY_AND_GRACE);
    expect(await alarm()).toBe(true);
    expect(eventsOf()).toMatchObject([{ type: "upload.completed", data: { key, size: 1000 } }]);
    expect(await complete(id)).toMatchObject({ status: 200, body: { status: "completed" } });
  });

  it("asks for nothing before the grace is over", async () => {
    await grant(1000);
    moveClock(EXPIRY_AND_GRACE - 1);
    await alarm();
    expect(environment.requests).toEqual([]);
  });

  it("gives up what never came", async () => {
    const { id } = await grant(1000);
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(eventsOf()).toMatchObject([{ type: "upload.expired" }]);
    expect(await (await ask("GET", `/v1/uploads/${id}`)).json()).toMatchObject({
      status: "expired",
    });
  });

  it("asks again, later and later, while the store is down, and loses nothing", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    environment.store = () => new Response(null, { status: 503 });
    moveClock(EXPIRY_AND_GRACE);
    for (let hours = 0; hours < 24; hours += 1) {
      await alarm();
      moveClock(HOUR);
    }
    expect(environment.requests.length).toBeGreaterThan(10);
    const [waiting] = await rowsOf("SELECT attempts, due_ms FROM upload");
    expect(Number(waiting?.["attempts"])).toBeGreaterThan(10);
    expect(Number(waiting?.["due_ms"]) - Date.now()).toBe(0);
    expect(await (await ask("GET", `/v1/uploads/${id}`)).json()).toMatchObject({
      status: "pending",
    });
    environment.store = undefined;
    await alarm();
    expect(await (await ask("GET", `/v1/uploads/${id}`)).json()).toMatchObject({
      status: "completed",
    });
  });

  it("settles many, ten at a time", async () => {
    for (let times = 0; times < 25; times += 1) await grant(1);
    moveClock(EXPIRY_AND_GRACE);
    for (let times = 0; times < 3; times += 1) await alarm();
    expect(await rowsOf("SELECT status, count(*) AS count FROM upload GROUP BY status")).toEqual([
      { status: "expired", count: 25 },
    ]);
  });

  it("lets an idle ledger delete itself, and a deleted one start anew", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    await complete(id);
    await alarm();
    expect(await rowsOf("SELECT id FROM upload")).toHaveLength(1);
    moveClock(7 * DAY);
    await alarm();
    await alarm();
    expect(
      await rowsOf(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
      ),
    ).toEqual([]);
    expect((await grant(1000)).quota.bytes.remaining).toBe(19_999_000);
  });
});

describe("an eviction between two steps", () => {
  it("loses nothing and counts nothing twice", async () => {
    const evict = async () => {
      await rowsOf("SELECT 1");
      await evictDurableObject(ledgerOf());
    };
    const { id, key } = await grant(1000);
    await evict();
    await putObject(key, 1000);
    await evict();
    expect(await complete(id)).toMatchObject({ status: 200 });
    await evict();
    expect(await complete(id)).toMatchObject({ status: 200 });
    environment.receiver = () => new Response(null, { status: 500 });
    await evict();
    await alarm();
    await evict();
    environment.receiver = () => new Response(null, { status: 200 });
    moveClock(MINUTE);
    await alarm();
    await evict();
    moveClock(DAY);
    await alarm();
    expect(eventsOf().map(({ type }) => type)).toEqual(["upload.completed", "upload.completed"]);
    expect(
      new Set(environment.delivered.map(({ headers }) => headers.get("webhook-id"))).size,
    ).toBe(1);
    expect(await rowsOf("SELECT counter, used FROM window ORDER BY counter")).toEqual([
      { counter: "bytes", used: 1000 },
      { counter: "uploads", used: 1 },
    ]);
    expect(await rowsOf("SELECT * FROM message")).toEqual([]);
  });
});
