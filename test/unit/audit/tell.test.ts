import { describe, expect, it } from "vitest";
import type { RequestAct } from "../../../src/audit/act.ts";
import { createTellActs } from "../../../src/audit/tell.ts";

const granted = (upload: string, digest?: string): RequestAct => ({
  type: "upload.granted",
  upload,
  ...(digest !== undefined && { ledger: { digest } }),
});

/** `told` is who has got which events. */
function start({ fails = false } = {}) {
  const told: string[] = [];
  const log: unknown[] = [];
  const work: Promise<unknown>[] = [];
  const add = (to: string, events: readonly string[]) =>
    void told.push(...events.map((event) => `${to} ${(JSON.parse(event) as { id: string }).id}`));
  const tell = createTellActs("edge-presigner", {
    now: () => 0,
    newId: () => "new",
    waitUntil: (promise) => void work.push(promise),
    log: (event, fields) => void log.push({ event, ...fields }),
    deliver: async (events) => {
      add("receiver", events);
      return Promise.resolve(true);
    },
    ledgerOf: ({ digest }) => ({
      addEvents: async (events) => {
        if (fails) throw new Error("Durable Object is overloaded");
        add(digest, events);
        return Promise.resolve();
      },
    }),
  });
  return { tell, told, log, wait: async () => Promise.all(work) };
}

describe("what a request did", () => {
  it("is told by the ledger of each act, and by the request itself without one", async () => {
    const { tell, told, wait } = start();
    tell([granted("a", "red"), granted("b"), granted("c", "blue"), granted("d", "red")]);
    await wait();
    expect(told.toSorted()).toEqual([
      "blue c.granted",
      "receiver b.granted",
      "red a.granted",
      "red d.granted",
    ]);
  });

  it("is sent once, without the ledger, where the ledger fails", async () => {
    const { tell, told, log, wait } = start({ fails: true });
    tell([granted("a", "red")]);
    await wait();
    expect(told).toEqual(["receiver a.granted"]);
    expect(log).toEqual([
      { event: "audit-failed", events: 1, reason: "Error: Durable Object is overloaded" },
    ]);
  });

  it("is written after the answer is on its way", async () => {
    const { tell, told, wait } = start();
    tell([granted("a")]);
    for (let turn = 0; turn < 20; turn += 1)
      // oxlint-disable-next-line no-await-in-loop -- all that follows without a task of its own
      await Promise.resolve();
    expect(told).toEqual([]);
    await wait();
    expect(told).toHaveLength(1);
  });
});
