import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  complete,
  grant,
  controlEnvironment,
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

const eventsOf = () =>
  environment.delivered.map(
    ({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> },
  );

const alarm = async (user?: string) => runDurableObjectAlarm(ledgerOf(user));

describe("webhooks", () => {
  const completeOne = async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    await complete(id);
    return key;
  };

  it("miss nothing for a receiver that is down for a day", async () => {
    environment.receiver = () => new Response(null, { status: 503 });
    const keys = [await completeOne(), await completeOne(), await completeOne()];
    for (let minutes = 0; minutes < 24 * 60; minutes += 20) {
      await alarm();
      moveClock(20 * MINUTE);
    }
    const attempts = environment.delivered.length;
    expect(attempts).toBeGreaterThan(3 * 20);
    expect(attempts).toBeLessThan(3 * 40);
    environment.delivered.length = 0;
    environment.receiver = () => new Response(null, { status: 200 });
    moveClock(70 * MINUTE);
    await alarm();
    const text = eventsOf().map(({ data }) => String(data["key"]));
    expect(text.toSorted()).toEqual(keys.toSorted());
    await alarm();
    expect(environment.delivered).toHaveLength(3);
  });

  it("come after 5 s, 30 s, 2 min, 10 min, then every hour, give or take a tenth", async () => {
    environment.receiver = () => new Response(null, { status: 500 });
    await completeOne();
    const waits: number[] = [];
    for (let times = 0; times < 6; times += 1) {
      await alarm();
      const [row] = await rowsOf("SELECT next_ms FROM message");
      waits.push((Number(row?.["next_ms"]) - Date.now()) / 1000);
      moveClock((waits.at(-1) ?? 0) + 1);
    }
    for (const [index, expected] of [5, 30, 120, 600, 3600, 3600].entries()) {
      expect(Math.abs((waits[index] ?? 0) - expected)).toBeLessThanOrEqual(expected / 10);
    }
  });

  it("are tried again together by one alarm, and none later than an hour and a tenth", async () => {
    environment.receiver = () => new Response(null, { status: 500 });
    for (let minutes = 0; minutes < 15; minutes += 5) {
      await completeOne();
      await alarm();
      moveClock(5 * MINUTE);
    }
    const next = async () =>
      (await rowsOf("SELECT min(next_ms) AS first, max(next_ms) AS last FROM message"))[0];
    let late = 0;
    for (let times = 0; times < 40; times += 1) {
      const { first } = (await next()) ?? {};
      moveClock(Math.max(0, Number(first) - Date.now()) / 1000);
      await alarm();
      late = Math.max(late, Number((await next())?.["last"]) - Date.now());
    }
    expect(late).toBeLessThanOrEqual(1.1 * HOUR * 1000);
    expect(await rowsOf("SELECT count(DISTINCT next_ms) AS alarms FROM message")).toEqual([
      { alarms: 1 },
    ]);
  });

  it("are sent six at once: a Worker has no more connections", async () => {
    let [open, most] = [0, 0];
    environment.receiver = async () => {
      open += 1;
      most = Math.max(most, open);
      await scheduler.wait(5);
      open -= 1;
      return new Response(null, { status: 204 });
    };
    for (let count = 0; count < 8; count += 1) await completeOne();
    await alarm();
    expect(environment.delivered).toHaveLength(6);
    expect(most).toBe(6);
    await alarm();
    expect(environment.delivered).toHaveLength(8);
  });

  it("stop after three days, and the log says so", async () => {
    environment.receiver = () => new Response(null, { status: 500 });
    await completeOne();
    await alarm();
    moveClock(3 * DAY);
    await alarm();
    expect(await rowsOf("SELECT * FROM message")).toEqual([]);
  });

  it("stop at 410", async () => {
    environment.receiver = () => new Response(null, { status: 410 });
    await completeOne();
    await alarm();
    moveClock(HOUR);
    await alarm();
    expect(environment.delivered).toHaveLength(1);
  });

  it.for([
    [
      "a redirect",
      () => new Response(null, { status: 302, headers: { location: "https://evil.example" } }),
    ],
    [
      "no answer",
      () => Promise.reject(new DOMException("The operation timed out", "TimeoutError")),
    ],
  ] as const)("take %s for a failure", async ([, receiver]) => {
    environment.receiver = receiver;
    await completeOne();
    await alarm();
    expect(await rowsOf("SELECT attempts FROM message")).toEqual([{ attempts: 1 }]);
  });
});
