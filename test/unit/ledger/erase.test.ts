import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import {
  ask,
  controlForEach,
  grant,
  ledgerOf,
  moveClock,
  putObject,
  complete,
  rowsOf,
} from "../support/development-worker.ts";

const environment = controlForEach();

const EXPIRY = 300;
/** A PUT may end so long after its ticket. */
const LATE_ARRIVAL = 900;
const ALICE = { issuer: "development", user: "alice" };
const erase = async () => ledgerOf().erase(ALICE);
const countOf = async (table: string) =>
  (await rowsOf(`SELECT count(*) AS count FROM ${table}`))[0]?.["count"];
const isGone = async () =>
  (await rowsOf("SELECT 1 FROM sqlite_master WHERE name = 'upload'")).length === 0;

describe("the erasure of a user", () => {
  it("keeps an upload and what it counts until its ticket can store nothing more", async () => {
    const { id } = await grant(1000);
    const untilMs = Date.now() + (EXPIRY + LATE_ARRIVAL) * 1000;
    await ask("DELETE", `/v1/uploads/${id}`);
    moveClock(EXPIRY + LATE_ARRIVAL - 1);
    expect(await erase()).toEqual({ uploads: 1, untilMs });
    expect([await countOf("upload"), await countOf("window")]).toEqual([1, 1]);
    moveClock(1);
    expect(await erase()).toEqual({ uploads: 0 });
    expect(await isGone()).toBe(true);
  });

  it("keeps a pending upload that the alarm has not looked at", async () => {
    await grant(1000);
    moveClock(86_400);
    expect(await erase()).toMatchObject({ uploads: 1 });
    await runDurableObjectAlarm(ledgerOf());
    expect(await erase()).toEqual({ uploads: 0 });
  });

  it("drops the webhooks that wait", async () => {
    environment.receiver = () => new Response(null, { status: 500 });
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    await complete(id);
    moveClock(EXPIRY + LATE_ARRIVAL);
    expect(await countOf("message")).toBe(1);
    await erase();
    expect(await isGone()).toBe(true);
  });
});
