import { describe, expect, it } from "vitest";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  createStore,
  createUpload,
  expectProblem,
  putParts,
  refused,
  send,
  type Operation,
} from "../support/fake-store.ts";
import { startWorker } from "../support/start-worker.ts";

const SIZE = 2 * 8 * MiB;
const cut = async () => Promise.reject(new TypeError("Network connection lost"));
const page = (status: number) => () =>
  new Response("<html><body>Not here</body></html>", { status });

async function startSent() {
  const store = createStore();
  const worker = startWorker({
    config: PARTS_CONFIG,
    env: PARTS_ENV,
    dependencies: { fetch: store.fetch },
  });
  const { id } = await createUpload(worker, SIZE);
  putParts(store, SIZE);
  const complete = async (body?: object) =>
    send(worker, "POST", `/v1/uploads/${id}/complete`, { ...(body && { body }) });
  return { store, worker, id, complete };
}

describe("a multipart upload", () => {
  it.for([
    ["can list parts", undefined],
    ["cannot", [1, 2].map((partNumber) => ({ partNumber, etag: `etag-${partNumber}` }))],
  ] as const)(
    "that the store completed before it cut the connection is completed by the next request: a store that %s",
    async ([, parts]) => {
      const { store, complete } = await startSent();
      if (parts) store.scripts.ListParts = () => refused("NotImplemented", 501);
      store.scripts.CompleteMultipartUpload = async () => {
        store.object = {
          "content-length": String(SIZE),
          "content-type": "video/mp4",
          etag: '"whole"',
        };
        return cut();
      };
      const body = parts && { parts };
      await expectProblem(await complete(body), 502, "store-unavailable");
      if (!parts) store.scripts.ListParts = () => refused("NoSuchUpload", 404);
      store.scripts.CompleteMultipartUpload = () => refused("NoSuchUpload", 404);
      expect((await complete(body)).status).toBe(200);
      expect((await complete(body)).status).toBe(200);
    },
  );

  it.for(["ListParts", "CompleteMultipartUpload"] satisfies readonly Operation[])(
    "is not over where a proxy answers 404 to %s with a page of its own",
    async (operation) => {
      const { store, complete } = await startSent();
      store.scripts[operation] = page(404);
      await expectProblem(await complete(), 502, "store-unavailable");
      Reflect.deleteProperty(store.scripts, operation);
      expect((await complete()).status).toBe(200);
    },
  );

  it.for([404, 200])("is not aborted by a proxy's page with status %i", async (status) => {
    const { store, worker, id } = await startSent();
    store.scripts.AbortMultipartUpload = page(status);
    const abort = async () => send(worker, "DELETE", `/v1/uploads/${id}`);
    await expectProblem(await abort(), 502, "store-unavailable");
    expect(store.count("AbortMultipartUpload")).toBe(1);
    Reflect.deleteProperty(store.scripts, "AbortMultipartUpload");
    expect((await abort()).status).toBe(204);
    expect(store.count("AbortMultipartUpload")).toBe(2);
  });
});
