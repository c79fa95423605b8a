import { describe, expect, it } from "vitest";
import type { Hooks, Question } from "../../../src/hooks.ts";
import { startWorker, type TestWorker } from "../support/start-worker.ts";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  createStore,
  createUpload,
  putParts,
  send,
  type FakeStore,
} from "../support/fake-store.ts";

interface Setting {
  readonly worker: TestWorker;
  readonly store: FakeStore;
  /** What the Worker does after its answers. */
  readonly work: Promise<unknown>[];
}

function start(hooks: Hooks): Setting {
  const store = createStore();
  const work: Promise<unknown>[] = [];
  const dependencies = {
    fetch: store.fetch,
    waitUntil: (one: Promise<unknown>) => void work.push(one),
  };
  const worker = startWorker({ config: PARTS_CONFIG, env: PARTS_ENV, dependencies, hooks });
  return { worker, store, work };
}

const signPart = async (worker: TestWorker, id: string) =>
  send(worker, "POST", `/v1/uploads/${id}/parts`, { body: { partNumbers: [1] } });

describe("the hook authorize, about further parts", () => {
  it("is asked with the key, and signs nothing after false or a throw", async () => {
    const asked: Question[] = [];
    const { worker } = start({
      authorize: (question) => {
        asked.push(question);
        if (question.action === "upload") return {};
        if (asked.length > 2) throw new Error("The app is down");
        return false;
      },
    });
    const { id, key } = await createUpload(worker, 8 * MiB);
    const refused = await signPart(worker, id);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: "forbidden" });
    expect(asked.at(-1)).toMatchObject({ action: "parts", policy: "video", key });

    const failed = await signPart(worker, id);
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain("X-Amz-Signature");
  });

  it("restricts their lifetime", async () => {
    const { worker } = start({
      authorize: ({ action }) => (action === "parts" ? { expiresIn: "1 min" } : {}),
    });
    const { id, multipart } = await createUpload(worker, 8 * MiB);
    expect(multipart.parts[0]?.expiresIn).toBe(300);
    expect(await (await signPart(worker, id)).json()).toMatchObject({ parts: [{ expiresIn: 60 }] });
  });
});

describe("the hooks that are told", () => {
  it("hear of a multipart upload when it is granted, and of its completion with the receipt", async () => {
    const heard: unknown[] = [];
    const { worker, store, work } = start({
      onGranted: (event) => void heard.push(event),
      onCompleted: (event) => void heard.push(event),
    });
    const { id, key } = await createUpload(worker, 16 * MiB);
    const about = {
      caller: { issuer: "https://backend.example.com", user: "alice" },
      policy: "video",
      key,
      contentType: "video/mp4",
      size: 16 * MiB,
    };
    expect(heard).toEqual([]);
    await Promise.all(work);
    expect(heard).toEqual([expect.objectContaining(about)]);

    putParts(store, 16 * MiB);
    const completed = await send(worker, "POST", `/v1/uploads/${id}/complete`);
    expect(completed.status).toBe(200);
    const { receipt, etag } = await completed.json<{ receipt: string; etag: string }>();
    expect(heard).toHaveLength(1);
    await Promise.all(work);
    expect(heard.slice(1)).toEqual([expect.objectContaining({ ...about, receipt, etag })]);
  });

  it("hear of each upload of a batch", async () => {
    const heard: string[] = [];
    const { worker, work } = start({ onGranted: ({ key }) => void heard.push(key) });
    const clip = { policy: "clip", contentType: "video/mp4", size: 5 };
    const response = await send(worker, "POST", "/v1/uploads/batch", {
      body: { uploads: [clip, { policy: "video", contentType: "video/mp4", size: 9 * MiB }, {}] },
    });
    const { results } = await response.json<{ results: { upload?: { key: string } }[] }>();
    await Promise.all(work);
    expect(heard.toSorted()).toEqual(results.flatMap(({ upload }) => upload?.key ?? []).toSorted());
    expect(heard).toHaveLength(2);
  });
});
