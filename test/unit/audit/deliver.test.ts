import { afterEach, describe, expect, it, vi } from "vitest";
import { createDeliverEvents, takeBatch, type Queue } from "../../../src/audit/deliver.ts";

afterEach(() => void vi.useRealTimers());

/** What Queues takes at once, and what it adds to each message (Cloudflare: "Queues limits"). */
const MAX_BYTES = 256_000;
const METADATA_BYTES = 100;

describe("a batch of events", () => {
  it.for(["a", "é", "한", "🎉"])("fits into a queue if all of it is %s", (letter) => {
    const event = letter.repeat(3000 / letter.length);
    const batch = takeBatch(Array.from({ length: 100 }, () => ({ event })));
    const bytes = new TextEncoder().encode(event).length + METADATA_BYTES;
    expect(batch.length).toBeGreaterThan(20);
    expect(batch.length * bytes).toBeLessThan(MAX_BYTES);
  });
});

describe("a queue that does not answer", () => {
  it("has not taken the events, after 15 seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const logged: unknown[] = [];
    const queue: Queue = { sendBatch: async () => new Promise(() => undefined) };
    const deliver = createDeliverEvents(
      { kind: "queue", source: "edge-presigner", binding: "AUDIT" },
      {
        now: () => 0,
        fetch: async () => Promise.reject(new Error("Nobody is asked")),
        log: (event, fields) => void logged.push({ event, ...fields }),
        queueOf: () => queue,
      },
    );
    const isTaken = deliver(["{}"]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await isTaken).toBe(false);
    expect(logged).toEqual([
      { event: "audit-failed", events: 1, reason: "Error: No answer within 15000 ms" },
    ]);
  });
});
