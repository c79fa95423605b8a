import { env } from "cloudflare:workers";
import { listDurableObjectIds, reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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
} from "../support/development-worker.ts";

beforeEach(() => {
  controlEnvironment();
});

afterEach(async () => {
  restoreEnvironment();
  await reset();
});

const MINUTE = 60;

const HOUR = 3600;

const DAY = 24 * HOUR;

const EXPIRY_AND_GRACE = 5 * MINUTE + 15 * MINUTE;

const alarm = async (user?: string) => runDurableObjectAlarm(ledgerOf(user));

describe("exact limits", () => {
  it("give fifty tickets to two hundred requests at once", async () => {
    const body = { policy: "limited", contentType: "image/png", size: 1 };
    const answers = await Promise.all(
      Array.from({ length: 200 }, async () => ask("POST", "/v1/uploads", { body })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(50);
    expect(statuses.filter((status) => status === 429)).toHaveLength(150);
  });

  it("count bytes when the ticket is given, and tell what remains", async () => {
    expect((await grant(10_000_000)).quota).toMatchObject({
      uploads: { limit: 50, remaining: 49, resetsIn: 60 },
      bytes: { limit: 20_000_000, remaining: 10_000_000, resetsIn: DAY },
      pending: { limit: 50, remaining: 49 },
    });
    await grant(9_999_999);
    const refused = await ask("POST", "/v1/uploads", {
      body: { policy: "limited", contentType: "image/png", size: 2 },
    });
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({
      code: "quota-exceeded",
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      limit: 20_000_000,
      quota: { bytes: { remaining: 1 } },
    });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused.headers.get("ratelimit-policy")).toBe(
      '"uploads";q=50;w=60, "bytes";q=20000000;qu="content-bytes";w=86400, "pending";q=50;qu="concurrent-requests"',
    );
    expect(refused.headers.get("ratelimit")).toBe(
      `"uploads";r=48;t=60, "bytes";r=1;t=${DAY}, "pending";r=48`,
    );
    await grant(1);
  });

  it("say when it fits again, which holds for a client that waits so long", async () => {
    for (let times = 0; times < 50; times += 1) await grant(1);
    const body = { policy: "limited", contentType: "image/png", size: 1 };
    for (const { id } of (
      await (await ask("GET", "/v1/uploads")).json<{ uploads: { id: string }[] }>()
    ).uploads) {
      await ask("DELETE", `/v1/uploads/${id}`);
    }
    const refused = await ask("POST", "/v1/uploads", { body });
    expect(refused.status).toBe(429);
    const seconds = Number(refused.headers.get("retry-after"));
    moveClock(seconds - 1);
    expect((await ask("POST", "/v1/uploads", { body })).status).toBe(429);
    moveClock(1);
    expect((await ask("POST", "/v1/uploads", { body })).status).toBe(201);
  });

  it("hold one caller only", async () => {
    await grant(10_000_000);
    await grant(10_000_000);
    expect((await grant(10_000_000, "bob")).quota.bytes.remaining).toBe(10_000_000);
  });

  it("are released when an upload is aborted, rejected or expired, and settled when it completes", async () => {
    const remaining = async (user: string) => (await grant(1, user)).quota.bytes.remaining;
    const aborted = await grant(5_000_000, "a");
    await ask("DELETE", `/v1/uploads/${aborted.id}`, { user: "a" });
    expect(await remaining("a")).toBe(19_999_999);

    const rejected = await grant(5_000_000, "b");
    await putObject(rejected.key, 4);
    await complete(rejected.id, "b");
    expect(await remaining("b")).toBe(19_999_999);

    const completed = await grant(5_000_000, "c");
    await putObject(completed.key, 5_000_000);
    await complete(completed.id, "c");
    expect(await remaining("c")).toBe(14_999_999);

    await grant(5_000_000, "d");
    moveClock(EXPIRY_AND_GRACE);
    await alarm("d");
    expect(await remaining("d")).toBe(19_999_999);
  });

  it("cost no Durable Object where a policy has no quota", async () => {
    const ledgers = (await listDurableObjectIds(env.LEDGER)).length;
    const response = await ask("POST", "/v1/uploads", {
      body: { policy: "document", filename: "a.txt", contentType: "text/plain", size: 1 },
    });
    expect(response.status).toBe(201);
    const { id, key } = await response.json<{ id: string; key: string }>();
    await putObject(key, 1, "text/plain");
    expect(await complete(id)).toMatchObject({ status: 200, body: { status: "completed" } });
    expect((await ask("DELETE", `/v1/uploads/${id}`)).status).toBe(204);
    expect(await isStored(key)).toBe(true);
    expect(await listDurableObjectIds(env.LEDGER)).toHaveLength(ledgers);
  });
});
