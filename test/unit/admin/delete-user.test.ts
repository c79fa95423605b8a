import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { askAsAdmin } from "../support/ask-as-admin.ts";
import {
  isStored,
  ledgerOf,
  lengthsUnder,
  moveClock,
  putObject,
  rowsOf,
  sendFile,
} from "../support/development-worker.ts";
import { startForEach } from "../support/start-for-each.ts";

const each = startForEach();

const reportSchema = z.object({
  done: z.boolean(),
  abortedUploads: z.number(),
  deletedObjects: z.number(),
  remainingUploads: z.number(),
  problems: z.array(z.object({ policy: z.string(), reason: z.string() })),
  unattributed: z.array(z.object({ policy: z.string() })),
});

const askToDelete = async (user = "alice") => askAsAdmin(each.worker, "DELETE", `/users/${user}`);

async function deleteUser(user = "alice") {
  const response = await askToDelete(user);
  const report = reportSchema.parse(await response.json());
  expect(response.status).toBe(report.done ? 200 : 202);
  return report;
}

/** Calls again until it is done, as the command does. */
async function deleteAll(user = "alice"): Promise<number> {
  for (let calls = 1; calls < 20; calls += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each call goes on where the one before it has ended
    const response = await askToDelete(user);
    if (response.status === 200) return calls;
    expect([202, 503]).toContain(response.status);
    moveClock(3600);
  }
  throw new Error("The user is not deleted after 20 calls");
}

const upload = async (policy = "plan", size = 100) => each.upload(policy, size);
const stored = async (policy = "plan", size = 100) => each.stored(policy, size);

const tablesOf = async (user: string) => rowsOf("SELECT name FROM sqlite_master", user);

describe("DELETE /v1/admin/users/{user}", () => {
  it("deletes objects, records and counters, also of policies without a ledger", async () => {
    await stored("plan");
    await stored("limited");
    await putObject("photos/alice/of-a-policy-without-a-ledger.png", 10);
    expect(await deleteAll()).toBe(2);
    for (const prefix of ["plan/", "limited/", "photos/"])
      expect((await lengthsUnder(prefix)).size, prefix).toBe(0);
    expect(await tablesOf("alice")).toEqual([]);
  });

  it("deletes what a quarantine has never promoted", async () => {
    const keys = ["pending/checked/alice/a.png", "checked/alice/b.png"];
    for (const key of [...keys, "pending/checked/bob/a.png"]) await putObject(key, 10);
    await deleteAll();
    for (const key of keys) expect(await isStored(key), key).toBe(false);
    expect(await isStored("pending/checked/bob/a.png")).toBe(true);
  });

  it("leaves every other user alone, also one whose name begins alike", async () => {
    await stored("plan");
    const others = [
      "plan/alice2/a.png",
      "plan/ali/a.png",
      "plan/alice.2f/a.png",
      "photos/bob/a.png",
    ];
    for (const key of others) await putObject(key, 10);
    await deleteAll();
    for (const key of others) expect(await isStored(key), key).toBe(true);
  });

  it("aborts what is in progress, and stays until its ticket can store nothing more", async () => {
    const { key } = await upload("plan");
    const first = await deleteUser();
    expect(first).toMatchObject({ done: false, abortedUploads: 1, remainingUploads: 1 });
    // The ticket still works, or is refused: either way nothing stays.
    await sendFile(key, 100);
    moveClock(3600);
    await runDurableObjectAlarm(ledgerOf());
    await deleteAll();
    expect(await isStored(key)).toBe(false);
    expect(await tablesOf("alice")).toEqual([]);
  });

  it("deletes many objects in several calls", async () => {
    for (let index = 0; index < 60; index += 1) await putObject(`plan/alice/${index}.png`, 1);
    const { done, deletedObjects } = await deleteUser();
    expect({ done, deletedObjects }).toEqual({ done: false, deletedObjects: 25 });
    expect(await deleteAll()).toBeLessThan(6);
    expect((await lengthsUnder("plan/alice/")).size).toBe(0);
  });

  it("reports a store that refuses, keeps the records, and goes on later", async () => {
    await stored("plan");
    each.environment.refuses = ["DELETE"];
    const refused = await deleteUser();
    expect(refused).toMatchObject({ done: false, deletedObjects: 0 });
    expect(refused.problems.map(({ policy }) => policy)).toContain("plan");
    expect(await rowsOf("SELECT id FROM upload")).toHaveLength(1);
    each.environment.refuses = [];
    await deleteAll();
    expect(await tablesOf("alice")).toEqual([]);
  });

  it("names the policies whose keys do not say whose they are", async () => {
    const { unattributed } = await deleteUser();
    expect(unattributed).toContainEqual(expect.objectContaining({ policy: "team" }));
  });

  it("knows nothing of a user whom nobody knows, and creates no ledger", async () => {
    expect(await deleteAll("nobody")).toBe(1);
    expect(await tablesOf("nobody")).toEqual([]);
  });

  it.each(["before", "after", "evicted"] as const)(
    "goes on after any call to the ledger that fails %s it is done",
    async (fault) => {
      let isReached = true;
      for (let call = 0; isReached; call += 1) {
        const { key } = await stored("plan");
        const open = await upload("plan");
        const before = each.worker.calls();
        each.worker.failAt(call, fault);
        const response = await askToDelete();
        isReached = each.worker.calls() - before > call;
        expect(isReached ? [200, 202, 503] : [202]).toContain(response.status);
        each.worker.failAt(-1, fault);
        await deleteAll();
        expect(await isStored(key)).toBe(false);
        expect(await isStored(open.key)).toBe(false);
        expect(await tablesOf("alice")).toEqual([]);
      }
      expect(isReached).toBe(false);
    },
  );

  it("goes on after any request to the store that fails", async () => {
    for (let request = 0; request < 8; request += 1) {
      const { key } = await stored("plan");
      let count = 0;
      each.environment.beforeAnswer = async () => {
        if (count++ === request) throw new Error("Network connection lost");
      };
      const response = await askToDelete();
      expect([200, 202]).toContain(response.status);
      each.environment.beforeAnswer = undefined;
      await deleteAll();
      expect(await isStored(key)).toBe(false);
      expect(await tablesOf("alice")).toEqual([]);
    }
  });
});
