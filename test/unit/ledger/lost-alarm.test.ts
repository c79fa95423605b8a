import {
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ask,
  complete,
  controlEnvironment,
  grant,
  ledgerOf,
  moveClock,
  putObject,
  restoreEnvironment,
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

const alarmAt = async () =>
  runInDurableObject(ledgerOf(), async (_, { storage }) => storage.getAlarm());

describe("a ledger whose alarm is lost", () => {
  it.for([
    ["a list", async () => ask("GET", "/v1/uploads")],
    ["a look at one upload", async (id: string) => ask("GET", `/v1/uploads/${id}`)],
  ] as const)("gets one from %s", async ([, read]) => {
    const { id } = await grant(10);
    await runInDurableObject(ledgerOf(), async (_, { storage }) => storage.deleteAlarm());
    await evictDurableObject(ledgerOf());
    await read(id);
    expect(await alarmAt()).toBe(Date.now() + 20 * 60_000);
  });

  it("gets one from a read where an upload is overdue", async () => {
    await grant(10);
    const dueMs = Number(await alarmAt());
    moveClock(21 * 60);
    await evictDurableObject(ledgerOf());
    expect(await alarmAt()).toBe(dueMs);
    await ask("GET", "/v1/uploads");
    expect(await alarmAt()).toBe(Date.now() + 1);
  });

  it("gets one from a read where it is overdue, and sends what is in the outbox", async () => {
    const { id, key } = await grant(10);
    await putObject(key, 10);
    await complete(id);
    const dueMs = Number(await alarmAt());
    moveClock(60);
    await evictDurableObject(ledgerOf());
    await ask("GET", "/v1/uploads");
    expect(await alarmAt()).toBeGreaterThan(dueMs + 60_000 - 1);
    await runDurableObjectAlarm(ledgerOf());
    expect(environment.delivered).toHaveLength(1);
  });
});
