import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import {
  ask,
  complete,
  controlForEach,
  grant,
  ledgerOf,
  moveClock,
  putObject,
  rowsOf,
} from "../support/development-worker.ts";

const environment = controlForEach();

const MINUTE = 60;
const DAY = 86_400;
const EXPIRY_AND_GRACE = 20 * MINUTE;
const alarm = async () => runDurableObjectAlarm(ledgerOf());
const alarmAt = async () =>
  runInDurableObject(ledgerOf(), async (_, { storage }) => storage.getAlarm());
const statuses = async () => rowsOf("SELECT status FROM upload");
const deliveredTypes = () =>
  environment.delivered.map(({ body }) => (JSON.parse(body) as { type: string }).type);

describe("an alarm", () => {
  it("sends webhooks though no upload can be written, says so, and comes again", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    await complete(id);
    await grant(1000);
    await rowsOf(
      "CREATE TRIGGER broken BEFORE UPDATE ON upload BEGIN SELECT RAISE(ABORT, 'broken'); END",
    );
    const logged = vi.spyOn(console, "error").mockReturnValue();
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(deliveredTypes()).toEqual(["upload.completed"]);
    expect(logged.mock.calls.join("\n")).toContain('"event":"alarm-failed"');
    expect(await alarmAt()).toBe(Date.now() + 1);
    await rowsOf("DROP TRIGGER broken");
    await alarm();
    expect(deliveredTypes()).toEqual(["upload.completed", "upload.expired"]);
  });

  it("comes again in five minutes where it cannot read its ledger", async () => {
    await grant(1000);
    await rowsOf("UPDATE ledger SET version = 2");
    await evictDurableObject(ledgerOf());
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await alarmAt()).toBe(Date.now() + 5 * MINUTE * 1000);
  });
});

/** Lets the client do something while the store answers the alarm. */
function meanwhile(work: () => Promise<unknown>, answer: Response): void {
  let isDone = false;
  environment.around = async (_, answerAsUsual) => {
    if (isDone) return answerAsUsual();
    isDone = true;
    await work();
    return answer;
  };
}

describe("an upload that its client completes while the alarm asks the store", () => {
  it("stays for a week, though the store did not answer the alarm", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    moveClock(EXPIRY_AND_GRACE);
    meanwhile(async () => complete(id), new Response(null, { status: 503 }));
    await alarm();
    expect(await statuses()).toEqual([{ status: "completed" }]);
    moveClock(6 * DAY);
    await alarm();
    expect(await statuses()).toEqual([{ status: "completed" }]);
  });

  it("stays, though the alarm found nothing and was to delete its record", async () => {
    const { id, key } = await grant(1000);
    for (const seconds of [EXPIRY_AND_GRACE, DAY]) {
      moveClock(seconds);
      await alarm();
    }
    moveClock(6 * DAY);
    const late = async () => {
      await putObject(key, 1000);
      expect(await complete(id)).toMatchObject({ status: 200 });
    };
    meanwhile(late, new Response(null, { status: 404 }));
    await alarm();
    expect(environment.around).toBeDefined();
    expect(await statuses()).toEqual([{ status: "completed" }]);
    expect((await ask("GET", `/v1/uploads/${id}`)).status).toBe(200);
  });
});
