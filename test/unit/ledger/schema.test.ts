import { reset, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readList } from "../../../src/ledger/list.ts";
import { migrate } from "../../../src/ledger/schema.ts";
import { isKeyShared } from "../../../src/ledger/settle.ts";
import type { UploadClaims } from "../../../src/grant/upload-claims.ts";
import {
  ask,
  complete,
  controlEnvironment,
  grant,
  ledgerOf,
  putObject,
  restoreEnvironment,
  rowsOf,
} from "../support/development-worker.ts";
import { released } from "../support/released-ledger.ts";

beforeEach(() => void controlEnvironment());
afterEach(async () => {
  restoreEnvironment();
  await reset();
});

const inLedger = async <T>(work: (sql: SqlStorage) => T, user = "alice"): Promise<T> =>
  runInDurableObject(ledgerOf(user), (_, { storage }) =>
    storage.transactionSync(() => work(storage.sql)),
  );

const IDS = [
  "00000000-0000-4000-8000-00000000000a",
  "00000000-0000-4000-8000-00000000000b",
  "00000000-0000-4000-8000-00000000000c",
] as const;

const claimsOf = (id: string, key = id): UploadClaims => ({
  iss: "development",
  sub: "alice",
  jti: id,
  iat: 1,
  exp: 2,
  policy: "limited",
  store: "local",
  key,
  type: "image/png",
  size: 10,
  unique: true,
});

const reserveReleased = (sql: SqlStorage, id: string, key = id, policy = "limited") =>
  released.reserve(sql, { id, policy, bytes: 10, claims: claimsOf(id, key), nowMs: 1 });

/** What the sums must be, counted. */
const COUNTED = `SELECT policy, count(*) AS records, sum(status = 'pending') AS pending,
  sum(reserved) AS reserved FROM upload GROUP BY policy ORDER BY policy`;
const SUMMED = "SELECT * FROM usage WHERE records > 0 ORDER BY policy";

describe("a ledger of release 0.1.0", () => {
  it("is read and continued, and its uploads count", async () => {
    await inLedger((sql) => {
      released.migrate(sql);
      for (const id of IDS) reserveReleased(sql, id);
      released.settle(sql, IDS[2], "aborted");
    });
    const { quota } = await grant(100);
    expect(quota.pending.limit - quota.pending.remaining).toBe(3);
    expect(quota.bytes.limit - quota.bytes.remaining).toBe(120);
    expect(await rowsOf(SUMMED)).toEqual(await rowsOf(COUNTED));
    const aborted = await (await ask("GET", "/v1/uploads?status=aborted")).json();
    expect(aborted).toMatchObject({ uploads: [{ key: IDS[2] }] });
  });

  it("takes an Idempotency-Key, beside uploads that have none", async () => {
    await inLedger((sql) => {
      released.migrate(sql);
      for (const id of IDS) reserveReleased(sql, id);
    });
    const { id } = await grant(100, "alice", {}, "a-key");
    expect((await grant(100, "alice", {}, "a-key")).id).toBe(id);
    expect(await rowsOf("SELECT count(*) AS count FROM upload")).toEqual([{ count: 4 }]);
  });

  it("has the same additions as a new one", async () => {
    const names = `SELECT type, name FROM sqlite_master
      WHERE name <> 'upload_pending' ORDER BY type, name`;
    await inLedger((sql) => {
      released.migrate(sql);
      migrate(sql);
      migrate(sql);
    });
    await inLedger(migrate, "bob");
    expect(await rowsOf(names)).toEqual(await rowsOf(names, "bob"));
    const columns = "SELECT name, type, dflt_value FROM pragma_table_info('upload')";
    expect(await rowsOf(columns)).toEqual(await rowsOf(columns, "bob"));
    expect(await rowsOf("SELECT version FROM ledger", "bob")).toEqual([{ version: 1 }]);
  });
});

describe("release 0.1.0", () => {
  it("reads and writes a ledger of this release, which counts what it wrote", async () => {
    const { id, key } = await grant(100);
    await putObject(key, 100);
    await complete(id);
    const pending = await grant(50);
    await inLedger((sql) => {
      released.migrate(sql);
      expect(released.usage(sql, "limited")).toEqual({ pending: 1, reserved: 50 });
      expect(released.list(sql, null)).toHaveLength(2);
      expect(released.list(sql, "completed")).toHaveLength(1);
      const { due, idle } = released.due(sql);
      expect(Math.min(Number(due), Number(idle))).toBeGreaterThanOrEqual(Date.now());
      reserveReleased(sql, "old", pending.key);
      expect(released.find(sql, "old")).toHaveLength(1);
      expect(released.isKeyShared(sql, "old", claimsOf("old", pending.key))).toBe(true);
      expect(released.attach(sql, "old", claimsOf("old", "moved"))).toBe(true);
      expect(isKeyShared(sql, claimsOf("new", "moved"))).toBe(true);
      expect(isKeyShared(sql, claimsOf("new", "old"))).toBe(false);
    });
    const { quota } = await grant(1);
    expect(quota.bytes.limit - quota.bytes.remaining).toBe(100 + 50 + 10 + 1);
    await inLedger((sql) => {
      released.settle(sql, "old", "rejected");
      released.markCleanedUp(sql, "old");
      released.forget(sql, "old");
      released.count(sql, "limited", "bytes", 7);
    });
    expect(await rowsOf(SUMMED)).toEqual(await rowsOf(COUNTED));
    expect(await rowsOf(SUMMED)).toEqual([
      { policy: "limited", records: 3, pending: 2, reserved: 51 },
    ]);
  });
});

const ids = fc.constantFrom("a", "b", "c", "d");
const policies = fc.constantFrom("limited", "photo");
const statuses = fc.constantFrom("completed", "rejected", "expired", "aborted");
const step = fc.oneof(
  fc.record({ kind: fc.constant("reserve" as const), id: ids, policy: policies }),
  fc.record({ kind: fc.constant("settle" as const), id: ids, status: statuses }),
  fc.record({ kind: fc.constant("forget" as const), id: ids }),
  fc.constant({ kind: "migrate" as const }),
);

it("keeps sums and indexes whatever release 0.1.0 writes, before and after the additions", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await inLedger((sql) => {
        released.migrate(sql);
        const known = new Set<string>();
        for (const doing of steps) {
          if (doing.kind === "migrate") migrate(sql);
          else if (doing.kind === "settle") released.settle(sql, doing.id, doing.status);
          else if (doing.kind === "forget") {
            released.forget(sql, doing.id);
            known.delete(doing.id);
          } else if (!known.has(doing.id)) {
            reserveReleased(sql, doing.id, doing.id, doing.policy);
            known.add(doing.id);
          }
        }
        migrate(sql);
        expect(sql.exec(SUMMED).toArray()).toEqual(sql.exec(COUNTED).toArray());
        expect(readList(sql, { status: "pending" }).uploads).toHaveLength(
          released.list(sql, "pending").length,
        );
      }, `user-${++run}`);
    }),
    { numRuns: 50 },
  );
});
