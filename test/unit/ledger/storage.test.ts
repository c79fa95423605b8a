/** When the alarm of a ledger is, by what is in its tables, and what is left of it. */
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { addEvents } from "../../../src/ledger/audit-outbox.ts";
import type { LedgerDependencies } from "../../../src/ledger/dependencies.ts";
import { LedgerStorage } from "../../../src/ledger/storage.ts";
import { ledgerOf } from "../support/development-worker.ts";

afterEach(reset);

const NOW = Date.parse("2040-01-01T00:00:00Z");
const HOUR_MS = 3_600_000;
const deliver: LedgerDependencies["deliver"] = async () => Promise.resolve("accepted");
const audit: LedgerDependencies["audit"] = {
  source: "edge-presigner",
  deliver: async () => Promise.resolve(true),
};

/** Runs a test in an empty ledger. */
async function withLedger<T>(
  dependencies: Partial<LedgerDependencies>,
  test: (ledger: LedgerStorage, storage: DurableObjectStorage) => Promise<T>,
): Promise<T> {
  return runInDurableObject(ledgerOf("nobody"), async (_, { storage }) => {
    const all = { now: () => NOW, deliver: undefined, audit: undefined, ...dependencies };
    return test(new LedgerStorage(storage, () => all as LedgerDependencies), storage);
  });
}

/** Returns when the alarm is after a change. */
const scheduled = async (
  dependencies: Partial<LedgerDependencies>,
  change: (ledger: LedgerStorage) => void,
): Promise<number | null> =>
  withLedger(dependencies, async (ledger, storage) => {
    await ledger.change(() => change(ledger));
    return storage.getAlarm();
  });

const addMessage = ({ sql }: LedgerStorage) =>
  void sql.exec(
    "INSERT INTO message (id, body, created_ms, next_ms) VALUES ('a', '{}', 0, ?)",
    NOW,
  );
const addEvent = (ledger: LedgerStorage) => addEvents(ledger, ["{}"], NOW);
const addWindow = ({ sql }: LedgerStorage) =>
  void sql.exec("INSERT INTO window VALUES ('limited', 'bytes', 3600, ?, 1, 0)", NOW);

describe("the alarm of a ledger", () => {
  it("is for a webhook at once, and for an event of the audit after ten seconds", async () => {
    expect(await scheduled({ audit }, addEvent)).toBe(NOW + 10_000);
    expect(await scheduled({ deliver, audit }, addMessage)).toBe(NOW + 1);
  });

  it("is when its counters are over, after two of their windows", async () => {
    expect(await scheduled({}, addWindow)).toBe(NOW + 2 * HOUR_MS);
  });

  it.for([
    ["a webhook", addMessage],
    ["an event", addEvent],
  ] as const)(
    "is not for %s that nobody takes any more: it would come again at once",
    async ([, add]) => {
      const change = (ledger: LedgerStorage) => {
        add(ledger);
        addWindow(ledger);
      };
      expect(await scheduled({}, change)).toBe(NOW + 2 * HOUR_MS);
    },
  );
});

describe("the tables of a ledger", () => {
  it("are not created to read what is not there", async () => {
    await withLedger({}, async (ledger) => {
      expect(await ledger.read(() => "read", "empty")).toBe("empty");
    });
  });

  it("are created again by the change after one that was rolled back", async () => {
    await withLedger({ audit }, async (ledger) => {
      const failing = ledger.change(() => {
        addEvent(ledger);
        throw new Error("The change is refused");
      });
      await expect(failing).rejects.toThrow("The change is refused");
      await ledger.change(() => addEvent(ledger));
      expect(ledger.sql.exec("SELECT event FROM audit").toArray()).toHaveLength(1);
    });
  });
});
