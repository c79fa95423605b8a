import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LedgerDependencies } from "../../../src/ledger/dependencies.ts";
import type { Outcome } from "../../../src/ledger/record.ts";
import { settleUpload } from "../../../src/ledger/settle-upload.ts";
import { LedgerStorage } from "../../../src/ledger/storage.ts";
import {
  controlEnvironment,
  grant,
  ledgerOf,
  restoreEnvironment,
  rowsOf,
} from "../support/development-worker.ts";

beforeEach(() => void controlEnvironment());
afterEach(async () => {
  restoreEnvironment();
  await reset();
});

const COMPLETED: Outcome = {
  status: "completed",
  verified: { size: 1000, contentType: "image/png", etag: "e", metadata: {} },
};
const deliver: LedgerDependencies["deliver"] = async () => Promise.resolve("accepted");

/** Settles the upload of alice with each outcome. Returns the names of the events of the log. */
async function settleEach(
  outcomes: readonly Outcome[],
  given: Partial<LedgerDependencies> = {},
): Promise<readonly string[]> {
  const log: string[] = [];
  await runInDurableObject(ledgerOf(), async (_, { storage }) => {
    const dependencies = {
      now: () => Date.now(),
      log: (event) => void log.push(event),
      quotaOf: () => undefined,
      deliver: undefined,
      audit: undefined,
      ...given,
    } as Partial<LedgerDependencies> as LedgerDependencies;
    const ledger = new LedgerStorage(storage, () => dependencies);
    await ledger.open();
    const { id } = storage.sql.exec<{ id: string }>("SELECT id FROM upload").one();
    for (const outcome of outcomes)
      ledger.transact(() =>
        settleUpload(ledger, { id, outcome, nowMs: Date.now(), by: "alarm" }, dependencies),
      );
  });
  return log;
}

const countOf = async (table: string) =>
  (await rowsOf(`SELECT count(*) AS count FROM ${table}`))[0]?.["count"];

describe("the end of an upload", () => {
  it("is told once, whoever finds it again", async () => {
    await grant(1000);
    expect(await settleEach([COMPLETED, COMPLETED, { status: "expired" }])).toEqual([
      "upload-settled",
    ]);
    expect(await rowsOf("SELECT status FROM upload")).toEqual([{ status: "completed" }]);
  });

  it("is a message where somebody takes webhooks, and none where nobody does", async () => {
    await grant(1000);
    await settleEach([{ status: "expired" }]);
    expect(await countOf("message")).toBe(0);
    await settleEach([COMPLETED], { deliver });
    expect(await countOf("message")).toBe(1);
  });

  it("counts what is stored under a quota that is newer than the upload", async () => {
    await grant(1000);
    await settleEach([COMPLETED], { quotaOf: () => ({ objects: 10 }) });
    expect(await rowsOf("SELECT objects, bytes FROM stored_usage")).toEqual([
      { objects: 1, bytes: 1000 },
    ]);
  });

  it("by an abort is cleaned up when the ticket can store nothing more", async () => {
    await grant(1000);
    await settleEach([{ status: "aborted" }]);
    const [row] = await rowsOf("SELECT due_ms FROM upload");
    // Five minutes of the ticket, and a quarter of an hour of a PUT that is under way.
    expect(Number(row?.["due_ms"]) - Date.now()).toBe(20 * 60_000);
  });
});
