/** What the alarm does while the store does not answer, and after a week of that. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import {
  ask,
  controlForEach,
  grant,
  isStored,
  ledgerOf,
  moveClock,
  putObject,
  rowsOf,
} from "../support/development-worker.ts";

const environment = controlForEach();

const MINUTE = 60;
const DAY = 86_400;
const EXPIRY_AND_GRACE = 20 * MINUTE;
const DOWN = () => new Response(null, { status: 503 });
const alarm = async () => runDurableObjectAlarm(ledgerOf());
const uploads = async () => rowsOf("SELECT status, is_swept, reserved FROM upload");
const dueMinutes = async () =>
  (Number((await rowsOf("SELECT due_ms FROM upload"))[0]?.["due_ms"]) - Date.now()) / 60_000;

/** Runs the alarm now, and when it is due again, until so many days are over. */
async function runFor(days: number): Promise<void> {
  for (let hours = 0; hours < days * 24; hours += 12) {
    await alarm();
    moveClock(DAY / 2);
  }
}

/** An upload whose ticket was ended while the store did not answer, and whose file has come. */
async function abortOne(): Promise<string> {
  const { id, key } = await grant(1000);
  environment.store = DOWN;
  expect((await ask("DELETE", `/v1/uploads/${id}`)).status).toBe(202);
  await putObject(key, 1000);
  moveClock(EXPIRY_AND_GRACE);
  return key;
}

describe("a store that does not answer", () => {
  it("is asked again after a minute, twice as long each time, and then each hour", async () => {
    await grant(1000);
    environment.store = DOWN;
    moveClock(EXPIRY_AND_GRACE);
    const waits: number[] = [];
    for (let times = 0; times < 8; times += 1) {
      await alarm();
      waits.push(await dueMinutes());
      moveClock((waits.at(-1) ?? 0) * MINUTE);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it("leaves an upload pending for a week, which then expires", async () => {
    await grant(1000);
    environment.store = DOWN;
    moveClock(EXPIRY_AND_GRACE);
    await runFor(6.5);
    expect(await uploads()).toMatchObject([{ status: "pending" }]);
    await runFor(1);
    expect(await uploads()).toMatchObject([{ status: "expired" }]);
  });

  it("leaves an aborted upload as it is for a week, and then gives back what it reserved", async () => {
    const key = await abortOne();
    await runFor(6.5);
    expect(await uploads()).toEqual([{ status: "aborted", is_swept: 0, reserved: 1000 }]);
    await runFor(1);
    expect(await uploads()).toEqual([{ status: "aborted", is_swept: 1, reserved: 0 }]);
    // What could not be deleted is deleted before the record is.
    environment.store = undefined;
    moveClock(7 * DAY);
    await alarm();
    expect(await isStored(key)).toBe(false);
  });

  it("keeps the record of an aborted upload for a week more than it is kept", async () => {
    const key = await abortOne();
    environment.store = undefined;
    await alarm();
    expect(await uploads()).toMatchObject([{ status: "aborted", is_swept: 1 }]);
    await putObject(key, 1000);
    environment.store = DOWN;
    moveClock(7 * DAY);
    await runFor(6.5);
    expect(await uploads()).toHaveLength(1);
    await runFor(1);
    expect(await rowsOf("SELECT 1 FROM sqlite_master WHERE name = 'upload'")).toEqual([]);
  });
});

it("a record that cannot be read stays, and keeps no other one waiting", async () => {
  await grant(1000);
  await rowsOf("UPDATE upload SET claims = json_remove(claims, '$.type')");
  await grant(1000);
  moveClock(EXPIRY_AND_GRACE);
  await alarm();
  const statuses = async () => rowsOf("SELECT status FROM upload ORDER BY status");
  expect(await statuses()).toEqual([{ status: "expired" }, { status: "pending" }]);
  // It is not due again at once.
  expect(await rowsOf("SELECT attempts FROM upload WHERE status = 'pending'")).toEqual([
    { attempts: 1 },
  ]);
  await runFor(9);
  expect(await statuses()).toEqual([{ status: "pending" }]);
});
