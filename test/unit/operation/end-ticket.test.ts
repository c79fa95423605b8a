import { env } from "cloudflare:workers";
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { aws, compatible, defineConfig, scaleway } from "../../../src/define.ts";
import { createStore, send, status, type FakeStore } from "../support/fake-store.ts";
import { CONFIG as BASE, ENV, startWorker } from "../support/start-worker.ts";

const PHOTO = {
  key: "photos/{user}/{id}.{ext}",
  types: ["image/*"],
  maxBytes: "10 MB",
  quota: { bytes: "20 MB / day" },
} as const;
const SERVER = { endpoint: "https://s3.example.com", region: "default" };

const CONFIG = defineConfig({
  origins: BASE.origins,
  issuers: BASE.issuers,
  stores: {
    media: aws({ region: "ap-northeast-2", bucket: "acme-media" }),
    unverified: scaleway({ region: "fr-par", bucket: "acme-unverified" }),
    measured: compatible({
      ...SERVER,
      bucket: "acme-measured",
      capabilities: { noOverwrite: true },
    }),
  },
  defaultPolicy: "media",
  policies: {
    media: { ...PHOTO, store: "media" },
    measured: { ...PHOTO, store: "measured", key: "measured/{user}/{id}" },
    unverified: { ...PHOTO, store: "unverified", key: "unverified/{user}/{id}" },
    overwriting: { ...PHOTO, store: "media", key: "over/{user}/{id}", overwrite: true },
    loose: { ...PHOTO, store: "media", key: "loose/{user}/{id}", allowContentTypeOnly: true },
    deletable: { ...PHOTO, store: "media", key: "own/{user}/{id}", delete: true },
    unmetered: {
      ...PHOTO,
      store: "media",
      key: "own/{user}/{id}",
      delete: true,
      quota: undefined,
    },
  },
});

const SECRETS = Object.fromEntries(
  ["UNVERIFIED", "MEASURED"].flatMap((store) => [
    [`${store}_ACCESS_KEY_ID`, "AKIDOTHER"],
    [`${store}_SECRET_ACCESS_KEY`, "other-secret-access-key"],
  ]),
);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2040-01-01T00:00:00Z") });
});
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

/** Aborts an upload of 10 MB, and returns the answer, what the store was asked, and what is left for another. */
async function abortUnder(policy: string, scripts: FakeStore["scripts"] = {}) {
  const store = createStore(scripts);
  const worker = startWorker({
    config: CONFIG,
    env: { ...ENV, ...SECRETS, LEDGER: env.LEDGER },
    dependencies: { fetch: store.fetch, now: () => Date.now() },
  });
  const create = async (size: number) => {
    const body = { policy, contentType: "image/png", size };
    const created = await send(worker, "POST", "/v1/uploads", { body });
    return created.json<{ id: string; key: string; quota: { bytes: { remaining: number } } }>();
  };
  const { id, key } = await create(10_000_000);
  const answer = await send(worker, "DELETE", `/v1/uploads/${id}`);
  const { quota } = await create(1);
  return { status: answer.status, store, worker, key, remaining: quota.bytes.remaining };
}

it.for(["media", "measured"])(
  "puts an empty object over a key whose ticket the store then refuses: %s",
  async (policy) => {
    const { status: answered, store, remaining } = await abortUnder(policy);
    expect(answered).toBe(204);
    expect(remaining).toBe(19_999_999);
    const { headers, body } = store.single("PutObject");
    expect(headers.get("x-amz-meta-edge-presigner")).toBe("aborted");
    expect(headers.has("if-none-match")).toBe(false);
    expect(body).toBe("");
    expect(store.count("DeleteObject")).toBe(0);
  },
);

it.for(["unverified", "overwriting", "loose"])(
  "deletes what arrived, and keeps the bytes reserved where the ticket works on: %s",
  async (policy) => {
    const { status: answered, store, remaining } = await abortUnder(policy);
    expect(answered).toBe(202);
    expect(remaining).toBe(9_999_999);
    expect(store.count("PutObject")).toBe(0);
    expect(store.count("DeleteObject")).toBe(1);
  },
);

it.for([403, 503])(
  "keeps the bytes reserved where the store answers %i to the empty object, and deletes nothing",
  async (code) => {
    const {
      status: answered,
      store,
      remaining,
    } = await abortUnder("media", {
      PutObject: () => status(code),
    });
    expect(answered).toBe(202);
    expect(remaining).toBe(9_999_999);
    expect(store.count("DeleteObject")).toBe(0);
  },
);

it("keeps the bytes reserved where its caller could delete the empty object, and so use the ticket", async () => {
  const { status: answered, worker, store, key, remaining } = await abortUnder("deletable");
  expect(answered).toBe(202);
  expect(store.object).toBeDefined();
  expect(remaining).toBe(9_999_999);
  // The second policy has the same keys and no quota, so that nothing looks for the mark.
  const body = { policy: "unmetered", key };
  expect((await send(worker, "DELETE", "/v1/objects", { body })).status).toBe(204);
  expect(store.object).toBeUndefined();
});
