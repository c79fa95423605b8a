import { describe, expect, it } from "vitest";
import type { Tracing } from "../../../src/observe/tracing.ts";
import { PARTS_CONFIG, PARTS_ENV, createStore, send } from "../support/fake-store.ts";
import { startWorker } from "../support/start-worker.ts";

function startTraced(isTraced: boolean, config: object = { traces: true }) {
  const spans: string[] = [];
  const attributes: object[] = [];
  let asked = 0;
  const tracing: Tracing = {
    getActiveSpan: () => {
      asked += 1;
      return { isTraced, setAttributes: (one) => attributes.push(one) };
    },
    enterSpan: async (name, work) => {
      spans.push(name);
      return work({ setStatus: ({ code }) => spans.push(`${name}: ${code}`) });
    },
  };
  const store = createStore({
    HeadObject: () => {
      throw new TypeError("https://store.example/secret-name");
    },
  });
  const worker = startWorker({
    config: { ...PARTS_CONFIG, ...config },
    env: PARTS_ENV,
    dependencies: { tracing, fetch: store.fetch },
  });
  return { worker, spans, attributes, asked: () => asked };
}

const CLIP = { policy: "clip", contentType: "video/mp4", size: 5 };

describe("traces", () => {
  it("ask once for each request whether it is traced", async () => {
    const { worker, spans, attributes, asked } = startTraced(true);
    const created = await send(worker, "POST", "/v1/uploads", { body: CLIP });
    expect([asked(), spans, attributes.length]).toEqual([1, [], 1]);
    const { id } = await created.json<{ id: string }>();
    await send(worker, "POST", `/v1/uploads/${id}/complete`);
    expect([asked(), attributes.length]).toEqual([2, 2]);
  });

  it("mark the span of a call that failed, without the message", async () => {
    const { worker, spans, attributes } = startTraced(true);
    const created = await send(worker, "POST", "/v1/uploads", { body: CLIP });
    const { id } = await created.json<{ id: string }>();
    expect((await send(worker, "POST", `/v1/uploads/${id}/complete`)).status).toBe(502);
    expect(spans).toEqual(["store HEAD", "store HEAD: error"]);
    expect(attributes[1]).toMatchObject({ "presigner.code": "store-unavailable" });
    expect(JSON.stringify(attributes)).not.toContain("secret-name");
  });

  it("cost a request that is not sampled that question alone", async () => {
    const { worker, spans, attributes, asked } = startTraced(false);
    await send(worker, "POST", "/v1/uploads", {
      body: { ...CLIP, policy: "video", multipart: true },
    });
    expect([asked(), spans, attributes]).toEqual([1, [], []]);
    expect(worker.worker.getService().watch).toBeUndefined();
  });

  it("are not even asked for where the configuration has none", async () => {
    const { worker, asked } = startTraced(true, {});
    await send(worker, "POST", "/v1/uploads", { body: CLIP });
    expect(asked()).toBe(0);
  });

  it("and the line in the log do not need each other", async () => {
    const both = startTraced(true, { traces: true, logging: { requests: 0.5 } });
    // The test's own chance is always 0.5, and not below it.
    await send(both.worker, "POST", "/v1/uploads", { body: CLIP });
    expect(both.attributes).toHaveLength(1);
    expect(both.worker.log.join()).not.toContain('"event":"request"');
    const line = startTraced(false, { traces: true, logging: { requests: "all" } });
    await send(line.worker, "POST", "/v1/uploads", { body: CLIP });
    expect(line.attributes).toEqual([]);
    expect(line.worker.log.join()).toContain('"event":"request"');
  });
});
