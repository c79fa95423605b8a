import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WorkerEnv } from "../../src/compose/worker-env.ts";
import { createWorker } from "../../src/worker.ts";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  createStore,
  putParts,
  type CreatedUpload,
} from "../unit/support/fake-store.ts";
import { CONFIG, NOW, tokenFor } from "../unit/support/start-worker.ts";
import { HANG_MS, leastCpuMs } from "./support/cpu-time.ts";
import { expectAlways } from "./support/expect-always.ts";
import { requests, prepare, type Filled } from "./support/requests.ts";

const SIZE = 16 * MiB;

const { metered: _, ...unmetered } = PARTS_CONFIG.policies;
const document = { ...CONFIG.policies["document"], download: true, delete: true };
const config = {
  ...PARTS_CONFIG,
  stores: { ...PARTS_CONFIG.stores, europe: CONFIG.stores["europe"] },
  policies: { ...CONFIG.policies, ...unmetered, document },
};

/** No policy here has a quota: a ledger is asked for its list alone. The real one runs in workerd only. */
const LEDGER = { getByName: () => ({ list: async () => Promise.resolve({ uploads: [] }) }) };

/** A worker whose store has what its two uploads sent. */
async function start() {
  const store = createStore();
  let ids = 0;
  const { fetch } = createWorker(config, { ...PARTS_ENV, LEDGER } as unknown as WorkerEnv, {
    now: () => NOW,
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
    random: () => 0.5,
    fetch: store.fetch,
    waitUntil: () => undefined,
    log: () => undefined,
  });
  const token = await tokenFor();
  const post = async (body: object) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(new Request("https://uploads.example.com/v1/uploads", init));
    expect(response.status).toBe(201);
    return response.json<CreatedUpload>();
  };
  const single = await post({
    policy: "document",
    filename: "a.txt",
    contentType: "text/plain",
    size: 5,
  });
  const multipart = await post({ policy: "video", contentType: "video/mp4", size: SIZE });
  const filled: Filled = {
    id: single.id,
    key: single.key,
    "multipart-id": multipart.id,
    "multipart-key": multipart.key,
    token,
  };
  const reset = () => {
    store.requests.length = 0;
    store.object = { "content-length": "5", "content-type": "text/plain", etag: '"x"' };
    putParts(store, SIZE);
  };
  return { fetch, filled, reset };
}

describe("any bytes as a request", () => {
  it("get an answer below 500, without a hang", async () => {
    const { fetch, filled, reset } = await start();
    await expectAlways(
      fc.asyncProperty(requests, async (request) => {
        const make = prepare(request, filled);
        fc.pre(make !== undefined);
        let response = new Response();
        const spentMs = await leastCpuMs(async () => {
          reset();
          response = await fetch(make());
        }, HANG_MS);
        expect(response.status, await response.text()).toBeLessThan(500);
        expect(spentMs).toBeLessThanOrEqual(HANG_MS);
      }),
      1000,
    );
  });
});
