import { afterEach, describe, expect, it, vi } from "vitest";
import { createDeliverEvents, takeBatch, type Queue } from "../../../src/audit/deliver.ts";
import type { Audit } from "../../../src/config/config.ts";
import { Secret } from "../../../src/secret.ts";

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

const TO_SERVER: Audit = {
  kind: "url",
  source: "edge-presigner",
  url: "https://audit.example.com/events",
  secrets: new Secret("AUDIT_SECRET", [new Uint8Array(32)]),
};
const TO_QUEUE: Audit = { kind: "queue", source: "edge-presigner", binding: "AUDIT" };

function start(audit: Audit, status = 204) {
  const ids: (string | null)[] = [];
  const messages: unknown[] = [];
  const log: unknown[] = [];
  const deliver = createDeliverEvents(audit, {
    now: () => 0,
    log: (event, fields) => void log.push({ event, ...fields }),
    fetch: async (_, { headers }) => {
      ids.push(new Headers(headers).get("webhook-id"));
      return Promise.resolve(new Response(null, { status }));
    },
    queueOf: () => ({
      sendBatch: async (batch) => Promise.resolve(void messages.push(...batch)),
    }),
  });
  return { deliver, ids, messages, log };
}

describe("events for a server", () => {
  it.for([200, 204])("are taken where it answers %i", async (status) => {
    expect(await start(TO_SERVER, status).deliver(["{}"])).toBe(true);
  });

  it.for([301, 307, 400, 503])("are not taken where it answers %i", async (status) => {
    const { deliver, log } = start(TO_SERVER, status);
    expect(await deliver(["{}", "{}"])).toBe(false);
    expect(log).toEqual([{ event: "audit-failed", events: 2, status }]);
  });

  it("have one id for the same batch, and another one for every other", async () => {
    const { deliver, ids } = start(TO_SERVER);
    for (const events of [["1"], ["1"], ["1", "2"]])
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await deliver(events);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });
});

it("events for a queue are messages in JSON, which every consumer can read", async () => {
  const { deliver, messages } = start(TO_QUEUE);
  expect(await deliver(['{"id":"a"}', '{"id":"b"}'])).toBe(true);
  expect(messages).toEqual([
    { body: { id: "a" }, contentType: "json" },
    { body: { id: "b" }, contentType: "json" },
  ]);
});

describe("a batch for a queue or a server", () => {
  const lengthsOf = (...lengths: readonly number[]) =>
    takeBatch(lengths.map((length) => ({ event: "x".repeat(length) }))).map(
      ({ event }) => event.length,
    );

  it("ends before what a queue would refuse", () => {
    expect(lengthsOf(30_000, 30_000, 20_000)).toEqual([30_000, 30_000, 20_000]);
    expect(lengthsOf(30_000, 30_000, 20_001, 1)).toEqual([30_000, 30_000]);
  });

  it("is one event that is too long, so that the others follow", () => {
    expect(lengthsOf(80_001, 1)).toEqual([80_001]);
    expect(lengthsOf()).toEqual([]);
  });
});
