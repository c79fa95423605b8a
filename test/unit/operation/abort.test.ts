import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ask,
  complete,
  controlEnvironment,
  grant,
  isStored,
  keysOf,
  ledgerOf,
  moveClock,
  putObject,
  restoreEnvironment,
  rowsOf,
  sendFile,
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
const DAY = 24 * 3600;
const EXPIRY_AND_GRACE = 5 * MINUTE + 15 * MINUTE;
const MB = 1_000_000;

const abort = async (id: string) => (await ask("DELETE", `/v1/uploads/${id}`)).status;
const alarm = async () => runDurableObjectAlarm(ledgerOf());
const recordOf = async (id: string) => (await ask("GET", `/v1/uploads/${id}`)).json();
const bytesLeft = async () => {
  const { id, quota } = await grant(1);
  await abort(id);
  return quota.bytes.remaining + 1;
};

describe("an aborted upload whose ticket dies with it", () => {
  it("gives its bytes and its place back at once, and stores nothing more", async () => {
    const granted = [await grant(10 * MB), await grant(10 * MB)];
    for (const { id } of granted) expect(await abort(id)).toBe(204);
    for (const { key } of granted) expect(await sendFile(key, 10 * MB)).toBe(false);
    expect(await bytesLeft()).toBe(20 * MB);
    expect(await rowsOf("SELECT sum(reserved) AS reserved FROM upload")).toEqual([{ reserved: 0 }]);
  });

  it("never stores more than the quota, however often it is aborted and sent", async () => {
    let stored = 0;
    for (let times = 0; times < 12; times += 1) {
      const { id, key } = await grant(10 * MB);
      await abort(id);
      if (await sendFile(key, 10 * MB)) stored += 10 * MB;
    }
    expect(stored).toBeLessThanOrEqual(20 * MB);
  });

  it("has its object replaced where it arrived before", async () => {
    const { id, key } = await grant(1000);
    expect(await sendFile(key, 1000)).toBe(true);
    expect(await abort(id)).toBe(204);
    expect(await isStored(key)).toBe(false);
    expect(await sendFile(key, 1000)).toBe(false);
    expect(await complete(id)).toMatchObject({ status: 410, body: { code: "upload-expired" } });
    expect(await sendFile(key, 1000)).toBe(false);
  });

  it("leaves nothing in the store when its record is deleted", async () => {
    const { id, key } = await grant(1000);
    await abort(id);
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await keysOf()).toEqual([key]);
    moveClock(7 * DAY);
    await alarm();
    expect(await keysOf()).toEqual([]);
    moveClock(3600);
    await alarm();
    expect(await ledgerOf().find("any")).toBeUndefined();
    expect((await ask("GET", `/v1/uploads/${id}`)).status).toBe(404);
  });

  it.for([
    ["when its ticket can store nothing more", EXPIRY_AND_GRACE],
    ["when its record is deleted", EXPIRY_AND_GRACE + 7 * DAY],
  ] as const)("has a file that arrived in spite of it deleted %s", async ([, seconds]) => {
    const { id, key } = await grant(1000);
    await abort(id);
    if (seconds > EXPIRY_AND_GRACE) {
      moveClock(EXPIRY_AND_GRACE);
      await alarm();
    }
    await putObject(key, 1000);
    moveClock(seconds);
    await alarm();
    expect(await isStored(key)).toBe(false);
  });

  it("is looked at once more after the empty object is deleted", async () => {
    const { id, key } = await grant(1000);
    await abort(id);
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    moveClock(7 * DAY);
    await alarm();
    expect(await sendFile(key, 1000)).toBe(true);
    moveClock(3600);
    await alarm();
    expect(await keysOf()).toEqual([]);
  });
});

describe("an aborted upload whose ticket still works", () => {
  it("counts until a last look into the store", async () => {
    environment.store = () => new Response(null, { status: 501 });
    const { id } = await grant(10 * MB);
    expect(await abort(id)).toBe(202);
    expect(await recordOf(id)).toMatchObject({
      status: "aborted",
      reservedUntil: "2040-01-01T00:20:00Z",
    });
    await grant(10 * MB);
    await expect(grant(1)).rejects.toThrow("quota-exceeded");
    environment.store = undefined;
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await recordOf(id)).not.toHaveProperty("reservedUntil");
    expect((await grant(6 * MB)).quota.bytes.remaining).toBe(14 * MB);
  });

  it("counts what is found under a key without an id, once", async () => {
    const claims = { key: "limited/alice/mine.png" };
    for (const size of [1000, 1000]) {
      const { id, key } = await grant(size, "alice", claims);
      expect((await ask("DELETE", `/v1/uploads/${id}`, { claims })).status).toBe(202);
      await sendFile(key, size);
    }
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await keysOf()).toEqual([claims.key]);
    expect(await rowsOf("SELECT used FROM window WHERE counter = 'bytes'")).toEqual([
      { used: 1000 },
    ]);
    moveClock(7 * DAY);
    await alarm();
    expect(await keysOf()).toEqual([claims.key]);
  });

  it("counts an object that no key may delete", async () => {
    environment.store = () => new Response(null, { status: 403 });
    const { id, key } = await grant(1000);
    expect(await abort(id)).toBe(202);
    await sendFile(key, 1000);
    environment.store = undefined;
    environment.refuses = ["DELETE"];
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await rowsOf("SELECT used FROM window WHERE counter = 'bytes'")).toEqual([
      { used: 1000 },
    ]);
  });

  it("gives its bytes back after a week without an answer of the store", async () => {
    environment.store = () => new Response(null, { status: 503 });
    const { id } = await grant(10 * MB);
    expect(await abort(id)).toBe(202);
    moveClock(EXPIRY_AND_GRACE + 7 * DAY);
    await alarm();
    expect((await grant(10 * MB)).quota.bytes.remaining).toBe(10 * MB);
  });
});

describe("a rejected upload", () => {
  it("gives its bytes back at once where its ticket dies with it", async () => {
    const { id, key } = await grant(10 * MB);
    await putObject(key, 10 * MB, "text/plain");
    expect(await complete(id)).toMatchObject({ status: 422 });
    expect(await isStored(key)).toBe(false);
    expect(await sendFile(key, 10 * MB)).toBe(false);
    expect(await bytesLeft()).toBe(20 * MB);
  });

  it("counts until a last look where its ticket still works, or until it is aborted", async () => {
    environment.refuses = ["PUT"];
    const granted = [await grant(10 * MB), await grant(10 * MB)];
    for (const { id, key } of granted) {
      await putObject(key, 10 * MB, "text/plain");
      expect(await complete(id)).toMatchObject({ status: 422 });
      expect(await abort(id)).toBe(202);
    }
    await expect(grant(1)).rejects.toThrow("quota-exceeded");
    environment.refuses = [];
    expect(await abort(granted[0]?.id ?? "")).toBe(204);
    expect(await bytesLeft()).toBe(10 * MB);
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await keysOf()).not.toContain(granted[1]?.key);
    expect(await isStored(granted[0]?.key ?? "")).toBe(false);
    expect(await bytesLeft()).toBe(20 * MB);
  });
});

describe("an abort while the upload is completed", () => {
  it("leaves the ticket dead, whichever comes first", async () => {
    const { id, key } = await grant(1000);
    await sendFile(key, 1000);
    let hasAborted = false;
    environment.beforeAnswer = async (method) => {
      if (method !== "HEAD" || hasAborted) return;
      hasAborted = true;
      expect(await abort(id)).toBe(204);
    };
    expect(await complete(id)).toMatchObject({ status: 410 });
    expect(await sendFile(key, 1000)).toBe(false);
  });
});

describe("an expired upload", () => {
  async function expire(claims = {}) {
    const granted = await grant(1000, "alice", claims);
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    return granted;
  }

  it("is completed a day later, where its PUT ended late", async () => {
    const { id, key } = await expire();
    await sendFile(key, 1000);
    moveClock(DAY);
    await alarm();
    expect(await recordOf(id)).toMatchObject({ status: "completed", size: 1000 });
    expect(await rowsOf("SELECT used FROM window WHERE counter = 'bytes'")).toEqual([
      { used: 1000 },
    ]);
  });

  it("is completed a week later, where its PUT ended even later", async () => {
    const { id, key } = await expire();
    moveClock(DAY);
    await alarm();
    await sendFile(key, 1000);
    moveClock(6 * DAY);
    await alarm();
    expect(await recordOf(id)).toMatchObject({ status: "completed", size: 1000 });
  });

  it("is rejected and deleted, where something else arrived late", async () => {
    const { id, key } = await expire();
    await putObject(key, 999);
    moveClock(DAY);
    await alarm();
    await alarm();
    expect(await recordOf(id)).toMatchObject({ status: "rejected" });
    expect(await keysOf()).toEqual([]);
  });

  it("is forgotten a week later, where nothing arrived", async () => {
    const { id } = await expire();
    moveClock(DAY);
    await alarm();
    expect(await recordOf(id)).toMatchObject({ status: "expired" });
    moveClock(6 * DAY);
    await alarm();
    expect((await ask("GET", `/v1/uploads/${id}`)).status).toBe(404);
  });

  it("takes nobody's object for its own under a key without an id", async () => {
    const claims = { key: "limited/alice/mine.png" };
    const { key } = await expire(claims);
    await putObject(key, 999);
    for (const days of [1, 7]) {
      moveClock(days * DAY);
      await alarm();
    }
    const events = environment.delivered.map(
      ({ body }) => (JSON.parse(body) as { type: string }).type,
    );
    expect(events).toEqual(["upload.expired"]);
    expect(await isStored(key)).toBe(true);
  });

  it("is forgotten after two weeks where the store does not answer", async () => {
    const { id } = await expire();
    environment.store = () => new Response(null, { status: 503 });
    for (const days of [1, 7, 7]) {
      expect(await recordOf(id)).toMatchObject({ status: "expired" });
      moveClock(days * DAY);
      await alarm();
    }
    expect((await ask("GET", `/v1/uploads/${id}`)).status).toBe(404);
  });
});
