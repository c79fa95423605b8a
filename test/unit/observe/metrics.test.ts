import { reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { Ledger } from "../../../src/ledger/client.ts";
import { createLedgerClass, type LedgerClass } from "../../../src/ledger/durable-object.ts";
import { createMeter } from "../../../src/meter.ts";
import { createUploadsClass } from "../../../src/rpc/entrypoint.ts";
import { PARTS_CONFIG, PARTS_ENV, createStore, send } from "../support/fake-store.ts";
import { ENV, NOW, postUpload, startWorker, tokenFor } from "../support/start-worker.ts";

const PNG = { policy: "photo", filename: "secret-name.png", contentType: "image/png", size: 1234 };

interface Point {
  readonly indexes: readonly string[];
  readonly blobs: readonly string[];
  readonly doubles: readonly number[];
}

/** A dataset that keeps what it is given, and one point as a text: its blobs and doubles. */
function createDataset() {
  const points: Point[] = [];
  return {
    points,
    writeDataPoint: (point: Point) => void points.push(point),
    read: () => points.map(({ blobs, doubles }) => [...blobs.slice(0, 5), ...doubles].join("|")),
  };
}

describe("metrics", () => {
  it("are what docs/metrics.md says: an index, six texts, three numbers", async () => {
    const METRICS = createDataset();
    const worker = startWorker({ env: { ...ENV, METRICS, VERSION: { id: "v-7" } } });
    await postUpload(worker, PNG);
    expect(METRICS.points).toEqual([
      {
        indexes: ["ticket photo"],
        blobs: ["ticket", "photo", "media", "ok", "upload", "v-7"],
        doubles: [1234, 0, 0],
      },
    ]);
  });

  it("count each ticket with its policy and outcome, also each of a batch", async () => {
    const METRICS = createDataset();
    const worker = startWorker({ env: { ...ENV, METRICS } });
    await postUpload(worker, { ...PNG, size: 10 ** 9 });
    await postUpload(worker, { ...PNG, policy: "secret-name" });
    await postUpload(worker, '{"secret-name');
    await worker.fetch("/v1/uploads/secret-name");
    const { size: _, ...unsized } = PNG;
    const uploads = [unsized, { ...PNG, policy: "avatar" }, { filename: 1 }];
    await send(worker, "POST", "/v1/uploads/batch", { body: { uploads } });
    const token = await tokenFor();
    await worker.fetch("/presigned-url?fileName=a.png&fileType=image/png&fileSize=7", {
      headers: { authorization: `Bearer ${token}` },
    });
    await send(worker, "POST", "/v1/downloads", { body: { policy: "photo", key: "secret-name" } });
    expect(METRICS.read()).toEqual([
      "ticket|photo||too-large|upload|0|0|0",
      "refusal|||too-large|/v1/uploads|0|0|0",
      "ticket|||policy-not-found|upload|0|0|0",
      "refusal|||policy-not-found|/v1/uploads|0|0|0",
      "refusal|||bad-request|/v1/uploads|0|0|0",
      "refusal|||unauthenticated|/v1/uploads/:id|0|0|0",
      // A ticket without a size may store as much as the policy allows.
      "ticket|photo|media|ok|upload|10000000|0|0",
      "ticket|avatar||invalid-request|upload|0|0|0",
      "ticket|photo||invalid-request|upload|0|0|0",
      "ticket|photo|media|ok|upload|7|0|0",
      "ticket|photo||key-outside-prefix|download|0|0|0",
      "refusal|||key-outside-prefix|/v1/downloads|0|0|0",
    ]);
    expect(JSON.stringify(METRICS.points)).not.toContain("secret-name");
  });

  it("count what another Worker is given and refused", async () => {
    const METRICS = createDataset();
    const { dependencies, getService } = startWorker({ env: { ...ENV, METRICS } }).worker;
    const Uploads = createUploadsClass(getService, dependencies);
    const props = {
      issuer: "https://backend.example.com",
      policies: ["photo"],
      actions: ["upload"],
    };
    const uploads = new Uploads({ props } as never, {} as never);
    const call = { user: "alice", policy: "photo", contentType: "image/png", size: 5 };
    await uploads.createUpload(call);
    await uploads.createUpload({ ...call, policy: "avatar" });
    expect(METRICS.read()).toEqual([
      "ticket|photo|media|ok|upload|5|0|0",
      "ticket|avatar||forbidden|upload|0|0|0",
      "refusal|||forbidden|createUpload|0|0|0",
    ]);
  });

  it("say that every request is refused where the configuration is invalid", async () => {
    const METRICS = createDataset();
    const worker = startWorker({ config: {}, env: { ...ENV, METRICS } });
    await worker.fetch("/v1/uploads");
    expect(METRICS.read()).toEqual(["refusal|||misconfigured|none|0|0|0"]);
  });

  it("count a failed call of a ledger", async () => {
    const METRICS = createDataset();
    const worker = startWorker({ config: PARTS_CONFIG, env: { ...PARTS_ENV, METRICS } });
    const body = { policy: "metered", contentType: "video/mp4", size: 5 };
    await send(worker, "POST", "/v1/uploads", { body });
    expect(METRICS.read()).toEqual([
      "ledger|||failed||0|0|0",
      "ticket|metered||ledger-unavailable|upload|0|0|0",
      "refusal|||ledger-unavailable|/v1/uploads|0|0|0",
    ]);
  });

  it("are nothing where there is no binding", async () => {
    expect(startWorker().worker.getService().meter).toBeUndefined();
    expect(createMeter(undefined, { deployment: "v", log: () => undefined })).toBeUndefined();
  });

  it("fail no request where the platform takes no more of them, and say so once", async () => {
    const METRICS = {
      writeDataPoint: () => {
        throw new Error("Too many data points");
      },
    };
    const worker = startWorker({ env: { ...ENV, METRICS } });
    expect((await postUpload(worker, PNG)).status).toBe(201);
    expect((await postUpload(worker, PNG)).status).toBe(201);
    expect(worker.log.filter((line) => line.includes("metrics-failed"))).toEqual([
      '{"event":"metrics-failed","reason":"Error: Too many data points"}',
    ]);
  });
});

describe("metrics of an upload's end", () => {
  afterEach(async () => reset());

  it("without a ledger are those of each completion", async () => {
    const METRICS = createDataset();
    const store = createStore();
    let nowMs = NOW;
    const worker = startWorker({
      config: PARTS_CONFIG,
      env: { ...PARTS_ENV, METRICS },
      dependencies: { fetch: store.fetch, now: () => nowMs },
    });
    const body = { policy: "clip", contentType: "video/mp4", size: 5 };
    const { id } = await (
      await send(worker, "POST", "/v1/uploads", { body })
    ).json<{ id: string }>();
    store.object = { "content-length": "5", "content-type": "video/mp4", etag: '"e"' };
    nowMs += 2500;
    expect((await send(worker, "POST", `/v1/uploads/${id}/complete`)).status).toBe(200);
    expect(METRICS.read().at(-1)).toBe("settled|clip|media|completed|request|5|2500|0");
  });

  it("with a ledger come once, from whoever finds out, and webhooks with their age", async () => {
    const METRICS = createDataset();
    const store = createStore();
    let nowMs = NOW;
    let receiver = 503;
    await runInDurableObject(env.LEDGER.getByName("metered"), async (__, state) => {
      let ledger: InstanceType<LedgerClass> | undefined;
      const worker = startWorker({
        config: { ...PARTS_CONFIG, webhook: { url: "https://hooks.example.com/" } },
        env: {
          ...PARTS_ENV,
          METRICS,
          WEBHOOK_SECRET: `whsec_${btoa("a webhook secret of 24 bytes and more")}`,
          LEDGER: { getByName: () => ledger as unknown as Ledger },
        },
        dependencies: {
          now: () => nowMs,
          fetch: async (url, init) =>
            url.startsWith("https://hooks.")
              ? new Response(null, { status: receiver })
              : store.fetch(url, init),
        },
      });
      const Class = createLedgerClass(worker.worker.getLedgerDependencies);
      ledger = new Class(state, env);
      const body = { policy: "metered", contentType: "video/mp4", size: 5 };
      const create = async () =>
        (await (await send(worker, "POST", "/v1/uploads", { body })).json<{ id: string }>()).id;

      const id = await create();
      const expiring = await create();
      expect(expiring).not.toBe(id);
      METRICS.points.length = 0;
      store.object = { "content-length": "5", "content-type": "video/mp4", etag: '"e"' };
      nowMs += 1000;
      for (const _ of [1, 2])
        expect((await send(worker, "POST", `/v1/uploads/${id}/complete`)).status).toBe(200);
      expect(METRICS.read()).toEqual(["settled|metered|media|completed|request|5|1000|0"]);

      await ledger.alarm?.();
      nowMs += 60_000;
      receiver = 200;
      await ledger.alarm?.();
      expect(METRICS.read().slice(1)).toEqual([
        "webhook|||failed||0|0|1",
        "webhook|||accepted||0|60000|2",
      ]);

      store.object = undefined;
      nowMs += 86_400_000;
      await ledger.alarm?.();
      const last = METRICS.read().at(-2);
      expect(last).toMatch(/^settled\|metered\|media\|expired\|alarm\|0\|\d+\|0$/);
      expect(METRICS.read().at(-1)).toBe("webhook|||accepted||0|0|1");
    });
  });
});
