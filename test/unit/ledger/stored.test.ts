import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  ask,
  complete,
  controlForEach,
  isStored,
  ledgerOf,
  moveClock,
  putObject,
  rowsOf,
  sendFile,
} from "../support/development-worker.ts";
import type { Ledger } from "../../../src/ledger/client.ts";
import { createLedgerClass, type LedgerClass } from "../../../src/ledger/durable-object.ts";
import { keepObject } from "../../../src/ledger/stored.ts";
import { consumeEvents } from "../../../src/queue/consume.ts";
import { createStore, send, status as answer, type FakeStore } from "../support/fake-store.ts";
import { recordSql } from "../support/record-sql.ts";
import { ACCOUNT, CONFIG, ENV, startWorker } from "../support/start-worker.ts";

const environment = controlForEach();

const MB = 1_000_000;
const DAY = 86_400;
/** The ticket's five minutes, and the fifteen of a PUT that is slower. */
const TICKET_ENDS = 20 * 60;

interface Limit {
  readonly limit: number;
  readonly remaining: number;
}
interface Granted {
  readonly id: string;
  readonly key: string;
  readonly quota: { readonly stored: Limit; readonly objects: Limit };
}

const ticket = async (size: number, user = "alice", claims = {}) =>
  ask("POST", "/v1/uploads", {
    user,
    claims,
    body: { policy: "plan", contentType: "image/png", size },
  });

async function grant(size: number, user = "alice", claims = {}): Promise<Granted> {
  const response = await ticket(size, user, claims);
  expect(response.status).toBe(201);
  return response.json();
}

async function upload(size: number, user = "alice", claims = {}): Promise<Granted> {
  const granted = await grant(size, user, claims);
  await putObject(granted.key, size);
  expect((await complete(granted.id, user)).status).toBe(200);
  return granted;
}

const remove = async (key: string, user = "alice") =>
  (await ask("DELETE", "/v1/objects", { user, body: { policy: "plan", key } })).status;

const missing = () => {
  throw new Error("There is no upload");
};
const alarm = async () => runDurableObjectAlarm(ledgerOf());

/** What remains, as `GET /v1/policies` says. */
async function remains(user = "alice"): Promise<readonly [bytes: number, objects: number]> {
  const { policies } = await (
    await ask("GET", "/v1/policies", { user })
  ).json<{ policies: { name: string; quota?: Granted["quota"] }[] }>();
  const quota = policies.find(({ name }) => name === "plan")?.quota;
  return [quota?.stored.remaining ?? Number.NaN, quota?.objects.remaining ?? Number.NaN];
}

describe("what a user keeps", () => {
  it("is what was completed, and stays counted when windows and records are long over", async () => {
    const { quota } = await upload(10 * MB);
    expect(quota).toEqual({
      stored: { limit: 25 * MB, remaining: 15 * MB },
      objects: { limit: 20, remaining: 19 },
    });
    for (let days = 0; days < 20; days += 1) {
      moveClock(DAY);
      await alarm();
    }
    expect(await rowsOf("SELECT id FROM upload")).toEqual([]);
    await evictDurableObject(ledgerOf());
    expect(await remains()).toEqual([15 * MB, 19]);
    expect(await remains("bob")).toEqual([25 * MB, 20]);
  });

  it("is refused beyond the limit, without a time to wait for", async () => {
    await upload(10 * MB);
    await upload(10 * MB);
    const refused = await ticket(5 * MB + 1);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBeNull();
    expect(refused.headers.get("ratelimit-policy")).toBe(
      '"objects";q=20, "stored";q=25000000;qu="content-bytes"',
    );
    expect(refused.headers.get("ratelimit")).toBe('"objects";r=18, "stored";r=5000000');
    const problem = await refused.json<Record<string, unknown>>();
    expect(problem).toMatchObject({ code: "quota-exceeded", limit: 25 * MB });
    expect(problem["detail"]).toContain("Delete files");
    expect(problem).not.toHaveProperty("retryAfter");
    expect((await ticket(5 * MB)).status).toBe(201);
  });

  it("is at most so many objects, with those that are under way", async () => {
    for (let count = 0; count < 10; count += 1) await upload(1);
    for (let count = 0; count < 10; count += 1) await grant(1);
    const refused = await ticket(1);
    expect(await refused.json()).toMatchObject({ code: "quota-exceeded", limit: 20 });
  });

  it("is exact when many ask for the last bytes at once", async () => {
    const responses = await Promise.all(Array.from({ length: 10 }, async () => ticket(6 * MB)));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(4);
    expect(await remains()).toEqual([1 * MB, 16]);
  });

  it("counts a file that arrives late", async () => {
    const { key } = await grant(10 * MB);
    moveClock(TICKET_ENDS + 1);
    await alarm();
    expect(await remains()).toEqual([25 * MB, 20]);
    await putObject(key, 10 * MB);
    moveClock(DAY + 1);
    await alarm();
    expect(await remains()).toEqual([15 * MB, 19]);
  });
});

describe("a deletion", () => {
  it("gives back its bytes at once, after its ticket has ended", async () => {
    const { key } = await upload(10 * MB);
    moveClock(TICKET_ENDS);
    expect(await remove(key)).toBe(204);
    expect(await remains()).toEqual([25 * MB, 20]);
  });

  it("gives them back once, however often it is sent", async () => {
    const first = await upload(10 * MB);
    await upload(5 * MB);
    moveClock(TICKET_ENDS);
    await Promise.all([remove(first.key), remove(first.key), remove(first.key)]);
    await remove(first.key);
    await alarm();
    expect(await remains()).toEqual([20 * MB, 19]);
  });

  it("gives them back when the ticket ends, as long as it can store the file again", async () => {
    const { key } = await upload(10 * MB);
    expect(await remove(key)).toBe(204);
    expect(await remains()).toEqual([15 * MB, 19]);
    moveClock(TICKET_ENDS);
    await alarm();
    expect(await remains()).toEqual([25 * MB, 20]);
  });

  it("gives nothing back where the ticket has stored the file again", async () => {
    const { key } = await upload(10 * MB);
    await remove(key);
    expect(await sendFile(key, 10 * MB)).toBe(true);
    moveClock(TICKET_ENDS);
    await alarm();
    expect(await remains()).toEqual([15 * MB, 19]);
    expect(await remove(key)).toBe(204);
    expect(await remains()).toEqual([25 * MB, 20]);
  });

  it("counts what a PUT has stored again that ended long after its ticket", async () => {
    const { key } = await upload(10 * MB);
    await remove(key);
    moveClock(TICKET_ENDS);
    await alarm();
    expect(await remains()).toEqual([25 * MB, 20]);
    await putObject(key, 10 * MB);
    moveClock(DAY);
    await alarm();
    expect(await remains()).toEqual([15 * MB, 19]);
  });

  it("leaves no row behind", async () => {
    const { key } = await upload(10 * MB);
    await remove(key);
    for (let days = 0; days < 20; days += 1) {
      moveClock(DAY);
      await alarm();
    }
    expect(await rowsOf("SELECT name FROM sqlite_master WHERE name = 'stored'")).toEqual([]);
  });

  it("asks the store again while that does not answer, and counts the file until it does", async () => {
    const { key } = await upload(10 * MB);
    await remove(key);
    moveClock(TICKET_ENDS);
    environment.store = () => new Response(null, { status: 503 });
    await alarm();
    expect(await remains()).toEqual([15 * MB, 19]);
    environment.store = undefined;
    moveClock(60);
    await alarm();
    expect(await remains()).toEqual([25 * MB, 20]);
  });

  it("is not taken back by a look at the store that began before another file was stored", async () => {
    const named = { key: "plan/alice/again.png" };
    await upload(10 * MB, "alice", named);
    expect(await remove(named.key)).toBe(204);
    moveClock(TICKET_ENDS);
    environment.beforeAnswer = async (method) => {
      if (method !== "HEAD") return;
      environment.beforeAnswer = undefined;
      await upload(2 * MB, "alice", named);
    };
    await alarm();
    expect(await remains()).toEqual([23 * MB, 19]);
  });

  it("by the clean-up gives back what was counted because the store had refused it before", async () => {
    const { id, key } = await grant(10 * MB);
    await putObject(key, 10 * MB);
    environment.refuses = ["DELETE", "PUT"];
    await ask("DELETE", `/v1/uploads/${id}`);
    moveClock(TICKET_ENDS);
    await alarm();
    expect(await remains()).toEqual([15 * MB, 19]);
    environment.refuses = [];
    for (let days = 0; days < 9; days += 1) {
      moveClock(DAY);
      await alarm();
    }
    expect(await isStored(key)).toBe(false);
    expect(await remains()).toEqual([25 * MB, 20]);
  });

  it("of a pending upload's file gives nothing back: its ticket can store it again", async () => {
    const { key } = await grant(10 * MB);
    await putObject(key, 10 * MB);
    expect(await remove(key)).toBe(204);
    expect(await remains()).toEqual([15 * MB, 19]);
  });

  it("costs a user without a ledger no ledger", async () => {
    expect(await remove("plan/carol/none.png", "carol")).toBe(204);
    expect(await rowsOf("SELECT name FROM sqlite_master", "carol")).toEqual([]);
  });

  it("that is told late gives nothing back for the object that has followed", async () => {
    const { key } = await upload(10 * MB);
    moveClock(TICKET_ENDS);
    const late = { key, stores: ["local"], etag: "of the object before" };
    await ledgerOf().forgetObject(late);
    expect(await remains()).toEqual([15 * MB, 19]);
    await alarm();
    expect(await remains()).toEqual([15 * MB, 19]);
  });

  it("of another user's key is refused, and changes nothing", async () => {
    const { key } = await upload(10 * MB);
    moveClock(TICKET_ENDS);
    expect(await remove(key, "bob")).toBe(403);
    expect(await remains()).toEqual([15 * MB, 19]);
    expect(await isStored(key)).toBe(true);
  });
});

describe("the clean-up under a policy with a quarantine", () => {
  const checked = {
    store: "europe",
    key: "checked/{user}/{id}.{ext}",
    types: ["image/*"],
    maxBytes: "10 MB",
    quota: { stored: "25 MB", objects: 20 },
    quarantine: {},
  };
  const secrets = {
    ...ENV,
    EUROPE_READ_ACCESS_KEY_ID: "AKIDREAD",
    EUROPE_READ_SECRET_ACCESS_KEY: "europe-read-secret-access-key",
  };

  interface Setting {
    readonly store: FakeStore;
    /** Whether the store lets nobody delete. */
    refuses: boolean;
    isDown: boolean;
    readonly pendingKey: string;
    readonly runAlarm: () => Promise<void>;
    readonly counted: () => readonly object[];
    readonly records: () => number;
    /** An event of the bucket: something has deleted the pending file. */
    readonly consumeDeletion: () => Promise<void>;
  }

  /** Runs with an aborted upload whose file is pending, and could not be deleted. */
  async function withLeftover(
    quota: object,
    test: (setting: Setting) => Promise<void>,
  ): Promise<void> {
    await runInDurableObject(env.LEDGER.getByName("checked"), async (_, state) => {
      const store = createStore({
        HeadObject: ({ url }) => {
          if (setting.isDown) return answer(503);
          return store.object && url.pathname.includes("/pending/")
            ? new Response(null, { headers: store.object })
            : answer(404);
        },
        PutObject: () => answer(403),
        DeleteObject: () => {
          if (setting.refuses) return answer(403);
          store.object = undefined;
          return answer(204);
        },
      });
      let ledger: InstanceType<LedgerClass> | undefined;
      const { worker, ...rest } = startWorker({
        config: {
          ...CONFIG,
          defaultPolicy: "checked",
          policies: { checked: { ...checked, quota } },
        },
        env: { ...secrets, LEDGER: { getByName: () => ledger as unknown as Ledger } },
        dependencies: { fetch: store.fetch, now: () => Date.now() },
      });
      ledger = new (createLedgerClass(worker.getLedgerDependencies))(state, env);
      const { sql } = state.storage;

      const body = { contentType: "image/png", size: 1000 };
      const created = await send({ worker, ...rest }, "POST", "/v1/uploads", { body });
      const { id, key } = await created.json<Granted>();
      const pendingKey = `pending/${key}`;
      store.object = { "content-length": "1000", "content-type": "image/png", etag: '"e"' };
      const setting: Setting = {
        store,
        refuses: true,
        isDown: false,
        pendingKey,
        runAlarm: async () => ledger.alarm?.(),
        counted: () => sql.exec("SELECT key, bytes FROM stored WHERE objects > 0").toArray(),
        records: () => sql.exec("SELECT 1 FROM upload").toArray().length,
        async consumeDeletion() {
          const deletion = {
            account: ACCOUNT,
            action: "LifecycleDeletion",
            bucket: "acme-europe",
            object: { key: pendingKey },
          };
          const message = { body: deletion, attempts: 1, ack: () => undefined, retry: missing };
          await consumeEvents({ messages: [message] }, worker.getService, () => undefined);
        },
      };
      await send({ worker, ...rest }, "DELETE", `/v1/uploads/${id}`);
      moveClock(TICKET_ENDS);
      await setting.runAlarm();
      await test(setting);
    });
  }

  it("gives back what was left where a file waits to be checked", async () =>
    withLeftover(checked.quota, async (setting) => {
      const { store, pendingKey, runAlarm, counted } = setting;
      expect(counted()).toEqual([{ key: pendingKey, bytes: 1000 }]);
      setting.refuses = false;
      moveClock(7 * DAY);
      await runAlarm();
      expect(store.object).toBeUndefined();
      expect(counted()).toEqual([]);
    }));

  it("gives it back when the bucket says that something else has deleted it", async () =>
    withLeftover(checked.quota, async ({ store, runAlarm, counted, consumeDeletion }) => {
      moveClock(60);
      store.object = undefined;
      await consumeDeletion();
      await runAlarm();
      expect(counted()).toEqual([]);
    }));

  it("looks every week, until a rule of the bucket has deleted what it may not delete", async () =>
    withLeftover(checked.quota, async (setting) => {
      const { store, runAlarm, counted, records } = setting;
      moveClock(7 * DAY);
      await runAlarm();
      setting.isDown = true;
      moveClock(7 * DAY);
      await runAlarm();
      setting.isDown = false;
      moveClock(60);
      await runAlarm();
      expect([counted().length, records()]).toEqual([1, 1]);
      store.object = undefined;
      moveClock(7 * DAY);
      await runAlarm();
      expect([counted().length, records()]).toEqual([0, 0]);
    }));

  it("looks twice at what does not count", async () =>
    withLeftover({ pending: 5 }, async ({ store, runAlarm }) => {
      store.requests.length = 0;
      for (const _ of [1, 2, 3]) {
        moveClock(7 * DAY);
        await runAlarm();
      }
      expect(store.requests.filter(({ url }) => url.pathname.includes("/pending/"))).toHaveLength(
        3,
      );
    }));
});

describe("a key that the token names", () => {
  const named = { key: "plan/alice/same.png" };

  it("counts the larger file, while the ticket of either can store its own", async () => {
    await upload(10 * MB, "alice", named);
    moveClock(60);
    await upload(1 * MB, "alice", named);
    expect(await remains()).toEqual([15 * MB, 19]);
    moveClock(TICKET_ENDS);
    await alarm();
    expect(await remains()).toEqual([24 * MB, 19]);
  });

  it("counts the new file in place of the old one, after the ticket of that", async () => {
    await upload(10 * MB, "alice", named);
    moveClock(TICKET_ENDS);
    await upload(1 * MB, "alice", named);
    expect(await remains()).toEqual([24 * MB, 19]);
  });

  it("is not given back while an earlier ticket can store a file, though a later one has ended", async () => {
    await upload(10 * MB, "alice", named);
    const { uploads } = await ledgerOf().list({});
    const [{ claims } = missing()] = uploads;
    await runInDurableObject(ledgerOf(), (_, { storage: { sql } }) => {
      const short = { ...claims, exp: claims.exp - 290 };
      keepObject(sql, short, { size: 10 * MB, etag: "b", nowMs: Date.now() });
    });
    moveClock(16 * 60);
    await ledgerOf().forgetObject({ key: named.key, stores: ["local"], etag: "b" });
    expect(await remains()).toEqual([15 * MB, 19]);
  });

  it("is not given back by a deletion that began before the new file", async () => {
    await upload(10 * MB, "alice", named);
    moveClock(TICKET_ENDS);
    environment.beforeAnswer = async (method) => {
      if (method !== "DELETE") return;
      environment.beforeAnswer = undefined;
      await upload(2 * MB, "alice", named);
    };
    expect(await remove(named.key)).toBe(204);
    await alarm();
    expect(await remains()).toEqual([23 * MB, 19]);
  });
});

describe("the statements of what is stored", () => {
  const team = async (user: string) =>
    ask("POST", "/v1/uploads", {
      user,
      claims: { team: "red" },
      body: { policy: "team", contentType: "image/png", size: 1 },
    });

  it("read by an index or a primary key, and few rows behind 2000 others", async () => {
    const { measure, plans } = await recordSql();
    await upload(1);
    await runInDurableObject(ledgerOf(), (_, { storage: { sql } }) => {
      sql.exec(
        `WITH RECURSIVE number (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM number LIMIT 2000)
         INSERT INTO stored (store, key, policy, objects, bytes, etag, open_until_ms)
         SELECT store, key || value, policy, 0, 0, '', 0 FROM (SELECT * FROM stored LIMIT 1), number`,
      );
    });
    const { key } = await upload(1);
    const costs = {
      reserve: await measure(async () => grant(1)),
      removeLater: await measure(async () => remove(key)),
    };
    moveClock(TICKET_ENDS);
    const look = await measure(alarm);
    await team("alice");
    await team("bob");
    await ask("GET", "/v1/uploads", { claims: { team: "red" } });
    await ask("GET", "/v1/uploads?status=pending", { claims: { team: "red" } });
    const small = ["addition", "sqlite_master", "ledger", "stored_usage", "usage", "window"];
    const scans = [...plans]
      .filter(([statement]) => !/WITH RECURSIVE|INSERT INTO usage/.test(statement))
      .flatMap(([statement, details]) =>
        details
          .filter((detail) => /^SCAN|TEMP B-TREE/.test(detail))
          .filter((detail) => !small.some((table) => detail === `SCAN ${table}`))
          .filter((detail) => !detail.startsWith("SCAN CONSTANT ROW"))
          .map((detail) => `${detail}: ${statement}`),
      );
    expect(scans).toEqual([]);
    const searched = [...plans.values()].flat().join("\n");
    for (const index of ["stored_due", "upload_owner", "upload_owner_status"])
      expect(searched).toMatch(new RegExp(`INDEX ${index} `));
    expect({ ...costs, look: look.read < 60 }).toEqual({
      reserve: { read: 7, written: 6 },
      removeLater: { read: 6, written: 2 },
      look: true,
    });
  });
});
