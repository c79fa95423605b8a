import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { DIRECTORY, type StuckLedger } from "../../../src/ledger/administer.ts";
import { isReportDue } from "../../../src/ledger/stuck.ts";
import { askAsAdmin } from "../support/ask-as-admin.ts";
import {
  complete,
  grant,
  ledgerOf,
  moveClock,
  putObject,
  rowsOf,
} from "../support/development-worker.ts";
import { recordSql } from "../support/record-sql.ts";
import { startForEach } from "../support/start-for-each.ts";

const each = startForEach();

async function admin(method: string, path: string): Promise<unknown> {
  const response = await askAsAdmin(each.worker, method, path);
  const text = await response.text();
  return text === "" ? response.status : JSON.parse(text);
}

const directory = () => env.LEDGER.getByName(DIRECTORY);

async function failWebhook(times: number): Promise<void> {
  each.environment.receiver = () => new Response(null, { status: 500 });
  const { id, key } = await grant();
  await putObject(key, 1000);
  await complete(id);
  for (let index = 0; index < times; index += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    await runDurableObjectAlarm(ledgerOf());
    moveClock(3600);
  }
}

const stuckLedger = (ledger: string, user: string): StuckLedger => ({
  ledger,
  work: {
    kind: "webhook",
    issuer: "development",
    user,
    policy: "limited",
    attempts: 9,
    sinceMs: Date.now() - 1000,
    count: 1,
  },
});

describe("GET /v1/admin/stuck", () => {
  it("lists a ledger whose webhook has failed four times, until it is accepted", async () => {
    await failWebhook(3);
    expect(await admin("GET", "/stuck")).toEqual({ stuck: [] });
    await runDurableObjectAlarm(ledgerOf());
    expect(await admin("GET", "/stuck")).toEqual({
      stuck: [
        {
          ledger: ledgerOf().id.toString(),
          kind: "webhook",
          issuer: "development",
          user: "alice",
          policy: "limited",
          attempts: 4,
          since: "2040-01-01T00:00:00Z",
          count: 1,
        },
      ],
    });
    each.environment.receiver = () => new Response(null, { status: 204 });
    moveClock(3600);
    await runDurableObjectAlarm(ledgerOf());
    expect(await admin("GET", "/stuck")).toEqual({ stuck: [] });
    expect(await rowsOf("SELECT * FROM stuck_report")).toEqual([]);
  });

  it("tells the webhook that has failed most often, and how many there are", async () => {
    await failWebhook(3);
    await rowsOf(
      `INSERT INTO message (id, body, created_ms, next_ms, attempts)
         SELECT 'other', json_set(body, '$.data.policy', 'plan'), created_ms, next_ms + 1e9, 9 FROM message`,
    );
    await runDurableObjectAlarm(ledgerOf());
    expect(await admin("GET", "/stuck")).toMatchObject({
      stuck: [{ kind: "webhook", policy: "plan", attempts: 9, count: 2 }],
    });
  });

  it("lists a ledger whose uploads cannot be settled", async () => {
    await grant();
    await grant();
    each.environment.store = () => new Response(null, { status: 503 });
    for (let index = 0; index < 4; index += 1) {
      moveClock(3600);
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      await runDurableObjectAlarm(ledgerOf());
    }
    expect(await admin("GET", "/stuck")).toMatchObject({
      stuck: [{ kind: "upload", user: "alice", policy: "limited", attempts: 4, count: 2 }],
    });
  });

  it("forgets a ledger whose user is deleted", async () => {
    await failWebhook(4);
    expect(await admin("GET", "/stuck")).toMatchObject({ stuck: [{ user: "alice" }] });
    expect(await admin("DELETE", "/users/alice")).toMatchObject({ done: true });
    expect(await admin("GET", "/stuck")).toEqual({ stuck: [] });
  });

  it("is never told of a healthy ledger, which has no tables for it", async () => {
    expect(isReportDue(undefined, undefined, Date.now())).toBe(false);
    const { id, key } = await grant();
    await putObject(key, 1000);
    await complete(id);
    moveClock(3600);
    await runDurableObjectAlarm(ledgerOf());
    expect(await admin("GET", "/stuck")).toEqual({ stuck: [] });
    expect(await rowsOf("SELECT name FROM sqlite_master WHERE name = 'stuck_report'")).toEqual([]);
  });

  it("is told again each hour, and not at each try", async () => {
    await failWebhook(4);
    const toldAt = async () => rowsOf("SELECT at_ms FROM stuck_report");
    const first = await toldAt();
    each.environment.receiver = () => new Response(null, { status: 500 });
    moveClock(-3000);
    const { id, key } = await grant();
    await putObject(key, 1000);
    await complete(id);
    await runDurableObjectAlarm(ledgerOf());
    expect(await toldAt()).toEqual(first);
    moveClock(6600);
    await runDurableObjectAlarm(ledgerOf());
    expect(await toldAt()).toEqual([{ at_ms: Date.now() }]);
  });

  it("has what is new of a ledger, and keeps it for eight days from then", async () => {
    const { ledger, work } = stuckLedger("one", "zoe");
    await directory().addStuck({ ledger, work });
    moveClock(7 * 86_400);
    const newer = { kind: "upload", policy: "plan", attempts: 12, count: 3 } as const;
    await directory().addStuck({ ledger, work: { ...work, ...newer } });
    expect(await admin("GET", "/stuck")).toMatchObject({ stuck: [{ user: "zoe", ...newer }] });
    moveClock(2 * 86_400);
    await directory().addStuck(stuckLedger("another", "yan"));
    expect(await admin("GET", "/stuck")).toMatchObject({
      stuck: [{ user: "zoe" }, { user: "yan" }],
    });
  });

  it("goes on without the directory, and tells it later", async () => {
    await directory().addStuck(stuckLedger("another", "zoe"));
    await failWebhook(4);
    expect(await admin("GET", "/stuck")).toMatchObject({
      stuck: [{ user: "zoe" }, { user: "alice" }],
    });
    // A week after its last report a ledger has given up.
    moveClock(9 * 86_400);
    await directory().addStuck(stuckLedger("third", "yan"));
    expect(await admin("GET", "/stuck")).toMatchObject({ stuck: [{ user: "yan" }] });
  });
});

describe("a full directory", () => {
  const FULL = 1000;
  const fill = async () => {
    await directory().addStuck(stuckLedger("0", "zoe"));
    await runInDurableObject(directory(), async (_, { storage: { sql } }) => {
      for (let index = 1; index < FULL; index += 1)
        sql.exec(
          `INSERT INTO stuck_ledger SELECT ?, kind, issuer, user, policy, attempts, since_ms, count, told_ms
             FROM stuck_ledger WHERE ledger = '0'`,
          String(index),
        );
    });
  };

  it("reads a few rows for each ledger that reports, whether it knows it or has no room", async () => {
    await fill();
    const { measure } = await recordSql();
    const costs = async (ledger: string, isAdded: boolean) =>
      measure(async () =>
        expect(await directory().addStuck(stuckLedger(ledger, "yan"))).toBe(isAdded),
      );
    expect(await costs("999", true)).toEqual({ read: 11, written: 1 });
    expect(await costs("new", false)).toEqual({ read: 10, written: 0 });
    expect(await costs("new", false)).toEqual({ read: 10, written: 0 });
    await directory().removeStuck("7");
    expect(await costs("new", true)).toEqual({ read: 11, written: 2 });
    expect(await costs("newer", false)).toEqual({ read: 10, written: 0 });
  });

  it("has room again a week after those in it have given up", async () => {
    await fill();
    expect(await directory().addStuck(stuckLedger("new", "yan"))).toBe(false);
    moveClock(9 * 86_400);
    expect(await directory().addStuck(stuckLedger("new", "yan"))).toBe(true);
    expect(await admin("GET", "/stuck")).toMatchObject({ stuck: [{ user: "yan" }] });
  });

  it("counts those that an earlier release has listed", async () => {
    await fill();
    await runInDurableObject(directory(), async (_, { storage: { sql } }) => {
      for (const statement of [
        "DROP TRIGGER stuck_insert",
        "DROP TRIGGER stuck_delete",
        "DROP TABLE stuck_count",
        "DELETE FROM addition WHERE name = 'stuck_count'",
      ])
        sql.exec(statement);
    });
    expect(await directory().addStuck(stuckLedger("new", "yan"))).toBe(false);
    await directory().removeStuck("7");
    expect(await directory().addStuck(stuckLedger("new", "yan"))).toBe(true);
  });
});
