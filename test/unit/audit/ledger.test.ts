/** What the ledger of a policy with a quota tells the audit: all of it, also when the receiver was away. */
import { reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod/mini";
import { auditEventSchema } from "../../../operations/write-audit.ts";
import type { Ledger } from "../../../src/ledger/client.ts";
import { createLedgerClass, type LedgerClass } from "../../../src/ledger/durable-object.ts";
import {
  PARTS_CONFIG,
  PARTS_ENV,
  createStore,
  send,
  type FakeStore,
} from "../support/fake-store.ts";
import { recordSql } from "../support/record-sql.ts";
import { NOW, startWorker, type TestWorker } from "../support/start-worker.ts";

const AUDIT_SECRET = `whsec_${btoa("an audit secret of 24 bytes and more")}`;
const SECOND = 1000;
const HOUR = 3_600_000;
const FILE = { policy: "metered", contentType: "video/mp4", size: 5 };
const STORED = { "content-length": "5", "content-type": "video/mp4", etag: '"e"' };
const schema = auditEventSchema();

interface Event {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

class Setting {
  nowMs = NOW;
  chance = 0.5;
  /** What the receiver answers. */
  status = 204;
  /** Each POST, as the names of its events. */
  readonly posts: string[][] = [];
  readonly events: Event[] = [];
  readonly store: FakeStore = createStore();
  readonly #received: { body: string; headers: Headers; isTaken: boolean }[] = [];
  readonly #work: Promise<unknown>[] = [];
  readonly #state: DurableObjectState;
  readonly worker: TestWorker;
  readonly ledger: InstanceType<LedgerClass>;

  #alarmAtMs: number | undefined;

  constructor(state: DurableObjectState) {
    const { storage } = state;
    // By the clock of the test: the platform's would come at once.
    storage.setAlarm = async (atMs) => void (this.#alarmAtMs = Number(atMs));
    storage.getAlarm = async () => this.#alarmAtMs ?? null;
    let ledger: InstanceType<LedgerClass> | undefined;
    this.#state = state;
    this.worker = startWorker({
      config: {
        ...PARTS_CONFIG,
        policies: {
          ...PARTS_CONFIG.policies,
          metered: {
            ...PARTS_CONFIG.policies.metered,
            download: true,
            delete: true,
            quota: { pending: 10, objects: 10 },
          },
        },
        audit: { url: "https://audit.example.com/events" },
      },
      env: { ...PARTS_ENV, AUDIT_SECRET, LEDGER: { getByName: () => ledger as unknown as Ledger } },
      dependencies: {
        now: () => this.nowMs,
        random: () => this.chance,
        waitUntil: (work) => void this.#work.push(work),
        fetch: async (url, init) =>
          url.startsWith("https://audit.") ? this.#receive(init) : this.store.fetch(url, init),
      },
    });
    ledger = new (createLedgerClass(this.worker.worker.getLedgerDependencies))(state, env);
    this.ledger = ledger;
  }

  #receive({ body, headers }: RequestInit): Response {
    const { status } = this;
    const isTaken = status === 204;
    if (typeof body !== "string") throw new TypeError("The body is no text");
    this.#received.push({ body, headers: new Headers(headers), isTaken });
    return new Response(null, { status });
  }

  /** Verifies what has come since the last time. */
  #readPosts(): void {
    for (const { body, headers, isTaken } of this.#received.splice(0)) {
      // `verify` compares with the clock of the machine.
      const at = new Date(Number(headers.get("webhook-timestamp")) * 1000);
      const signature = new Webhook(AUDIT_SECRET).sign(headers.get("webhook-id") ?? "", at, body);
      if (headers.get("webhook-signature") !== signature) throw new Error("Another signature");
      const events = z.array(schema).parse(JSON.parse(body)) as Event[];
      this.posts.push(events.map(({ type }) => type.slice(15)));
      if (isTaken) this.events.push(...events);
    }
  }

  async create(): Promise<{ readonly id: string; readonly key: string }> {
    return (await send(this.worker, "POST", "/v1/uploads", { body: FILE })).json();
  }

  async complete(id: string): Promise<void> {
    this.store.object = STORED;
    const { status } = await send(this.worker, "POST", `/v1/uploads/${id}/complete`);
    if (status !== 200) throw new Error(`The completion was ${status}`);
  }

  /** Waits for what goes on after the answers, and runs the alarm if it is due by then. Returns when it is due next. */
  async wait(ms: number): Promise<number | undefined> {
    await Promise.all(this.#work);
    this.nowMs += ms;
    if (this.#alarmAtMs !== undefined && this.#alarmAtMs <= this.nowMs) {
      this.#alarmAtMs = undefined;
      await this.ledger.alarm?.();
    }
    this.#readPosts();
    return this.#alarmAtMs;
  }

  /** Adds events that belong to no upload. */
  async add(count: number): Promise<void> {
    const event = {
      specversion: "1.0",
      id: "1",
      source: "edge-presigner",
      type: "edge-presigner.upload.refused",
      time: "2026-11-22T07:00:00Z",
      datacontenttype: "application/json",
      data: { decision: "refused", issuer: "i", user: "u", code: "forbidden" },
    };
    const events = Array.from({ length: count }, () => JSON.stringify(event));
    await this.worker.worker.getService().ledgerOf({ digest: "any" }).addEvents(events);
  }

  /** The attempts of each event that waits. */
  attempts(): readonly number[] {
    return this.#state.storage.sql
      .exec<{ attempts: number }>("SELECT attempts FROM audit ORDER BY position")
      .toArray()
      .map(({ attempts }) => attempts);
  }

  logged(event: string): readonly unknown[] {
    return this.worker.log
      .map((line) => JSON.parse(line) as { readonly event: string })
      .filter((one) => one.event === event);
  }
}

async function withLedger(test: (setting: Setting) => Promise<void>): Promise<void> {
  await runInDurableObject(env.LEDGER.getByName("audited"), async (_, state) =>
    test(new Setting(state)),
  );
}

afterEach(async () => {
  vi.restoreAllMocks();
  await reset();
});

describe("the audit of a policy with a quota", () => {
  it("has the grant and the completion of an upload, sent together", async () => {
    await withLedger(async (setting) => {
      const { id, key } = await setting.create();
      await setting.wait(SECOND);
      await setting.complete(id);
      await setting.wait(SECOND);
      expect(setting.posts).toEqual([]);
      await setting.wait(10 * SECOND);
      expect(setting.posts).toEqual([["upload.granted", "upload.completed"]]);
      const [granted, completed] = setting.events;
      expect(granted?.id.replace("granted", "completed")).toBe(completed?.id);
      expect(completed?.data).toMatchObject({
        decision: "allowed",
        user: "alice",
        key,
        size: 5,
        etag: "e",
      });
      expect(setting.attempts()).toEqual([]);
    });
  });

  it("has a repeated completion once, and an upload that nobody completes", async () => {
    await withLedger(async (setting) => {
      const { id } = await setting.create();
      await setting.create();
      await setting.complete(id);
      await setting.complete(id);
      await setting.wait(11 * SECOND);
      setting.store.object = undefined;
      await setting.wait(24 * HOUR);
      await setting.wait(11 * SECOND);
      expect(setting.events.map(({ type, data }) => [type.slice(15), data["decision"]])).toEqual([
        ["upload.granted", "allowed"],
        ["upload.granted", "allowed"],
        ["upload.completed", "allowed"],
        ["upload.expired", undefined],
      ]);
    });
  });

  it("has downloads and deletions, which wait in the ledger too", async () => {
    await withLedger(async (setting) => {
      const { id, key } = await setting.create();
      await setting.complete(id);
      await setting.wait(11 * SECOND);
      setting.status = 503;
      const body = { policy: "metered", key };
      expect((await send(setting.worker, "POST", "/v1/downloads", { body })).status).toBe(200);
      expect((await send(setting.worker, "DELETE", "/v1/objects", { body })).status).toBe(204);
      await setting.wait(0);
      await setting.wait(11 * SECOND);
      setting.status = 204;
      await setting.wait(HOUR);
      expect(setting.posts).toEqual([
        ["upload.granted", "upload.completed"],
        ["download.granted", "object.deleted"],
        ["download.granted", "object.deleted"],
      ]);
      expect(setting.events.at(-1)).toMatchObject({
        subject: key,
        data: { user: "alice", requestId: expect.any(String) as string },
      });
      expect(setting.logged("audit-lost")).toEqual([]);
    });
  });

  it("has a file that was deleted before its ledger failed, and no refusal of it", async () => {
    await withLedger(async (setting) => {
      const { id, key } = await setting.create();
      await setting.complete(id);
      await setting.wait(11 * SECOND);
      vi.spyOn(setting.ledger, "forgetObject").mockRejectedValueOnce(new Error("overloaded"));
      const body = { policy: "metered", key };
      expect((await send(setting.worker, "DELETE", "/v1/objects", { body })).status).toBe(503);
      await setting.wait(0);
      await setting.wait(11 * SECOND);
      expect(setting.posts.slice(1)).toEqual([["object.deleted"]]);
    });
  });

  it("comes again while the receiver refuses, later and later, and what is new with it", async () => {
    await withLedger(async (setting) => {
      setting.status = 500;
      await setting.add(1);
      let dueMs = await setting.wait(10 * SECOND);
      await setting.add(1);
      expect(setting.attempts()).toEqual([1, 0]);
      const minutes: number[] = [];
      for (let tries = 0; tries < 8; tries += 1) {
        const delayMs = (dueMs ?? 0) - setting.nowMs;
        minutes.push(delayMs / 60_000);
        if (tries === 7) setting.status = 204;
        dueMs = await setting.wait(delayMs);
      }
      // A tenth more or less, by chance: the test draws the middle.
      expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
      expect(setting.posts.slice(1).every((post) => post.length === 2)).toBe(true);
      expect(setting.events).toHaveLength(2);
      expect(setting.logged("audit-failed")).toHaveLength(8);
      expect(setting.logged("audit-failed")[0]).toEqual({
        event: "audit-failed",
        events: 1,
        status: 500,
      });
    });
  });

  it("is tried by each ledger at another moment", async () => {
    await withLedger(async (setting) => {
      setting.status = 500;
      await setting.add(1);
      setting.chance = 0;
      const dueMs = (await setting.wait(10 * SECOND)) ?? 0;
      expect(dueMs - setting.nowMs).toBe(54 * SECOND);
      setting.chance = 1;
      expect((await setting.wait(54 * SECOND)) ?? 0).toBe(setting.nowMs + 132 * SECOND);
    });
  });

  it("is not tried earlier because an upload is due", async () => {
    await withLedger(async (setting) => {
      setting.status = 500;
      await setting.add(1);
      let dueMs = (await setting.wait(10 * SECOND)) ?? 0;
      while (dueMs < setting.nowMs + HOUR / 2)
        // oxlint-disable-next-line no-await-in-loop -- one try after the other
        dueMs = (await setting.wait(dueMs - setting.nowMs)) ?? 0;
      setting.posts.length = 0;
      await setting.create();
      const uploadDueMs = (await setting.wait(0)) ?? 0;
      expect(uploadDueMs).toBeLessThan(dueMs);
      expect(await setting.wait(uploadDueMs - setting.nowMs)).toBe(dueMs);
      expect(setting.posts).toEqual([]);
    });
  });

  it("is lost after three days, which the log says, and only what is so old", async () => {
    await withLedger(async (setting) => {
      setting.status = 500;
      await setting.add(2);
      await setting.wait(HOUR);
      await setting.wait(70 * HOUR);
      await setting.add(1);
      await setting.wait(2 * HOUR);
      expect(setting.logged("audit-lost")).toEqual([{ event: "audit-lost", events: 2 }]);
      setting.status = 204;
      await setting.wait(2 * HOUR);
      expect(setting.events).toHaveLength(1);
    });
  });

  it("is lost as a whole then, however many have come meanwhile", async () => {
    await withLedger(async (setting) => {
      setting.status = 500;
      await setting.add(350);
      await setting.wait(HOUR);
      await setting.wait(71 * HOUR);
      expect(setting.logged("audit-lost")).toEqual([{ event: "audit-lost", events: 350 }]);
    });
  });

  it("sends at most a hundred events at once, and all of them", async () => {
    await withLedger(async (setting) => {
      await setting.add(150);
      await setting.wait(11 * SECOND);
      await setting.wait(SECOND);
      expect(setting.posts.map((post) => post.length)).toEqual([100, 50]);
    });
  });

  it("writes a row for each event, deletes it when it is taken, and writes one for a retry of them all", async () => {
    const { measure } = await recordSql();
    await withLedger(async (setting) => {
      const { id } = await setting.create();
      await setting.complete(id);
      const written = async (work: () => Promise<unknown>) => (await measure(work)).written;
      expect(await written(async () => setting.add(18))).toBe(18);
      setting.status = 503;
      expect(await written(async () => setting.wait(11 * SECOND))).toBe(1);
      setting.status = 204;
      // The grant and the completion too.
      expect(await written(async () => setting.wait(2 * 60 * SECOND))).toBe(20);
      expect(setting.attempts()).toEqual([]);
    });
  });
});
