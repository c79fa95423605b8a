import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Quota } from "../../../src/config/policy-schema.ts";
import type { UploadClaims } from "../../../src/grant/upload-claims.ts";
import { countLeftover } from "../../../src/ledger/count-leftover.ts";
import {
  ask,
  complete,
  controlEnvironment,
  grant,
  ledgerOf,
  moveClock,
  putObject,
  restoreEnvironment,
  rowsOf,
  type Environment,
} from "../support/development-worker.ts";
import { recordSql } from "../support/record-sql.ts";

let environment: Environment;

beforeEach(() => {
  environment = controlEnvironment();
});
afterEach(async () => {
  restoreEnvironment();
  await reset();
});

const DAY = 86_400;
const alarm = async () => runDurableObjectAlarm(ledgerOf());
const grantAndPut = async () => {
  const granted = await grant(10);
  await putObject(granted.key, 10);
  return granted;
};

it("reads by an index or a primary key, whatever it does", async () => {
  const { plans } = await recordSql();
  const completed = await grantAndPut();
  await complete(completed.id);
  const rejected = await grant(10);
  await putObject(rejected.key, 11);
  await complete(rejected.id);
  const aborted = await grant(10);
  await ask("DELETE", `/v1/uploads/${aborted.id}`);
  await grant(10, "alice", {}, "a-key");
  await grant(10, "alice", {}, "a-key");
  environment.receiver = () => new Response(null, { status: 500 });
  await alarm();
  for (const path of ["", "?status=completed", `/${completed.id}`])
    await ask("GET", `/v1/uploads${path}`);
  const [row] = await rowsOf("SELECT claims FROM upload WHERE status = 'pending'");
  const claims = JSON.parse(row?.["claims"] as string) as UploadClaims;
  await ledgerOf().attach(claims, Date.now() + 1000);
  const quota: Quota = { bytes: { limit: 1, windowSeconds: 60 } };
  await runInDurableObject(ledgerOf(), (_, { storage: { sql } }) => {
    countLeftover(sql, { claims, object: { etag: "x", size: 1 }, quota }, Date.now());
  });
  environment.store = () => new Response(null, { status: 503 });
  moveClock(3600);
  await alarm();
  environment.store = undefined;
  environment.receiver = () => new Response(null, { status: 204 });
  for (let days = 0; days < 20; days += 1) {
    moveClock(DAY);
    if (!(await alarm())) break;
  }
  expect(await rowsOf("SELECT name FROM sqlite_master WHERE name = 'upload'")).toEqual([]);

  // Few rows, whatever a caller does: the schema, one row, the additions, two counters and one sum a policy.
  const SMALL = ["sqlite_master", "ledger", "addition", "window", "usage"];
  // Runs once, when a ledger of release 0.1.0 is opened or a new one is created.
  const isAddition = (statement: string) => statement.startsWith("INSERT INTO usage");
  const scans = [...plans]
    .filter(([statement]) => !isAddition(statement))
    .flatMap(([statement, details]) =>
      details
        .filter((detail) => /^SCAN|TEMP B-TREE/.test(detail))
        .filter((detail) => !SMALL.some((table) => detail === `SCAN ${table}`))
        .filter((detail) => detail !== "SCAN CONSTANT ROW")
        .map((detail) => `${detail}: ${statement}`),
    );
  expect(scans).toEqual([]);
  const searched = [...plans.values()].flat().filter((detail) => detail.startsWith("SEARCH"));
  for (const index of [
    "upload_due",
    "upload_newest",
    "upload_status",
    "upload_key",
    "upload_counted",
    "upload_idempotency",
  ])
    expect(searched.join("\n")).toContain(`INDEX ${index} `);
  expect(searched.length).toBeGreaterThan(15);
});

/** Adds pending uploads like one that is there, as rows alone. */
const addRows = async (count: number, changes = "'pending', reserved, due_ms") =>
  runInDurableObject(ledgerOf(), (_, { storage: { sql } }) => {
    sql.exec(
      `WITH RECURSIVE number (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM number LIMIT ?)
       INSERT INTO upload (id, policy, claims, created_ms, status, reserved, due_ms)
       SELECT 'row-' || value, policy, json_set(claims, '$.jti', 'row-' || value), created_ms, ${changes}
       FROM (SELECT * FROM upload LIMIT 1), number`,
      count,
    );
  });

describe("the rows of a ledger", () => {
  it("are read and written as docs/storage.md says, behind no other uploads and behind 2000", async () => {
    const { measure } = await recordSql();
    // Both counters have a row then, and the next alarm is known.
    await complete((await grantAndPut()).id);
    await alarm();
    await grant(1);
    const costs = async () => {
      let granted = await grant(10);
      const reserve = await measure(async () => void (granted = await grant(10)));
      const key = crypto.randomUUID();
      const withKey = async () => grant(10, "alice", {}, key);
      const reserveWithKey = await measure(withKey);
      const repeat = await measure(withKey);
      await putObject(granted.key, 10);
      const completed = await measure(async () => complete(granted.id));
      const webhook = await measure(alarm);
      const find = await measure(async () => ask("GET", `/v1/uploads/${granted.id}`));
      const empty = await measure(async () => ask("GET", "/v1/uploads?status=rejected"));
      const policies = await measure(async () => ask("GET", "/v1/policies"));
      const { id } = await grant(10);
      const abort = await measure(async () => ask("DELETE", `/v1/uploads/${id}`));
      return {
        reserve,
        reserveWithKey,
        repeat,
        complete: completed,
        webhook,
        find,
        empty,
        policies,
        abort,
      };
    };
    const documented = {
      reserve: { read: 8, written: 7 },
      reserveWithKey: { read: 8, written: 8 },
      repeat: { read: 8, written: 0 },
      complete: { read: 12, written: 10 },
      webhook: { read: 9, written: 2 },
      find: { read: 1, written: 0 },
      empty: { read: 1, written: 0 },
      policies: { read: 3, written: 0 },
      abort: { read: 17, written: 6 },
    };
    expect(await costs()).toEqual(documented);
    await addRows(2000);
    const list = await measure(async () => ask("GET", "/v1/uploads"));
    expect(list).toEqual({ read: 51, written: 0 });
    // What they reserve is not what this is about.
    await runInDurableObject(ledgerOf(), (_, { storage }) => {
      storage.sql.exec("UPDATE usage SET pending = 1, reserved = 1");
    });
    expect(await costs()).toEqual(documented);
  });

  it("are few when a week is over, and the alarm deletes the record", async () => {
    const { measure } = await recordSql();
    await complete((await grantAndPut()).id);
    await alarm();
    moveClock(DAY);
    await complete((await grantAndPut()).id);
    await alarm();
    moveClock(6.5 * DAY);
    expect({ forget: await measure(alarm) }).toEqual({ forget: { read: 11, written: 3 } });
    expect(await rowsOf("SELECT status FROM upload")).toEqual([{ status: "completed" }]);
  });

  it("are more for a first reservation, which creates the tables", async () => {
    const { measure } = await recordSql();
    expect(await measure(async () => grant(10))).toEqual({ read: 41, written: 41 });
  });

  it("are none written by a read: the alarm is set once", async () => {
    const { measure } = await recordSql();
    await grant(10);
    await ask("GET", "/v1/uploads");
    expect(await measure(async () => ask("GET", "/v1/uploads"))).toMatchObject({ written: 0 });
  });
});

describe("more than 10,000 records", () => {
  const due = async () =>
    rowsOf(
      `SELECT status, count(*) AS count FROM upload WHERE due_ms <= ${Date.now()} GROUP BY status`,
    );

  it("are kept for a day, and then the oldest are deleted: none that has to be cleaned up", async () => {
    await grant(10);
    await addRows(10_000, `'completed', 0, ${Date.now() + 6.5 * DAY * 1000}`);
    const { measure, plans } = await recordSql();
    const late = await grantAndPut();
    const { read } = await measure(async () => complete(late.id));
    expect(read).toBeLessThan(20);
    expect([...plans.values()].flat().join("\n")).toMatch(/SEARCH upload USING INDEX upload_kept/);
    expect(await due()).toEqual([]);
    // A week is nearly over for three, and one of them still has to be cleaned up.
    await runInDurableObject(ledgerOf(), (_, { storage: { sql } }) => {
      const sooner = "UPDATE upload SET due_ms = due_ms - 86400000 * ?, status = ?, is_swept = ?";
      sql.exec(`${sooner} WHERE id = 'row-1'`, 5, "aborted", 0);
      sql.exec(`${sooner} WHERE id = 'row-2'`, 4, "aborted", 1);
      sql.exec(`${sooner} WHERE id = 'row-3'`, 3, "expired", 1);
      sql.exec(`${sooner} WHERE id = 'row-4'`, 2, "expired", 1);
    });
    const other = await grantAndPut();
    await complete(other.id);
    expect(await due()).toEqual([
      { status: "aborted", count: 1 },
      { status: "expired", count: 1 },
    ]);
    await alarm();
    expect(await rowsOf("SELECT id FROM upload WHERE id LIKE 'row-_' AND id < 'row-5'")).toEqual([
      { id: "row-1" },
      { id: "row-4" },
    ]);
  });
});
