import { setTimeout } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { createQueue, type QueueItem } from "../../client/web/src/index.ts";
import { fileOf, start } from "./client.ts";
import { untilIdle } from "./queued.ts";
import { hold, loseAnswer, refuse, vector, type Reaction, type Seen } from "./reactions.ts";
import { bodyOf } from "./vectors.ts";

const files = (count: number, bytes = 1000) =>
  Array.from({ length: count }, (_, index) => fileOf(bytes + index, `${index}.bin`));
/** Waits in real time, though not long, so that several files are completed at once. */
const inRealTime = {
  wait: async (milliseconds: number) => setTimeout(Math.min(milliseconds, 200)),
};
const results =
  (...all: readonly object[]): Reaction =>
  ({ response }) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ results: all }));
  };
const states = (items: readonly QueueItem[]) => items.map(({ state }) => state);

describe("a queue", () => {
  it("uploads all files, and completes several with one request", async () => {
    const { server, uploader } = await start({}, inRealTime);
    const queue = createQueue(uploader);
    queue.add(files(20));
    await untilIdle(queue);
    expect(queue.snapshot.totals).toMatchObject({ files: 20, completedFiles: 20 });
    const { sentBytes, totalBytes } = queue.snapshot.totals;
    expect(sentBytes).toBe(totalBytes);
    expect(server.objects.size).toBe(20);
    expect(server.count("complete") + server.count("completions")).toBeLessThan(20);
  });

  it("gives each file its receipt", async () => {
    const { uploader } = await start();
    const queue = createQueue(uploader);
    queue.add(files(5), { policy: "photo" });
    const ended: QueueItem[] = [];
    queue.on("completed", (item) => item && ended.push(item));
    await untilIdle(queue);
    expect(ended.map(({ result }) => result?.id)).toEqual(ended.map(({ uploadId }) => uploadId));
    expect(new Set(ended.map(({ uploadId }) => uploadId)).size).toBe(5);
    expect(ended[0]).toMatchObject({ policy: "photo", state: "completed" });
  });

  it("keeps its snapshot until something changes", async () => {
    const { uploader } = await start();
    const queue = createQueue(uploader);
    const before = queue.snapshot;
    expect(queue.snapshot).toBe(before);
    const [item] = queue.add(files(1));
    expect(queue.snapshot).not.toBe(before);
    expect(queue.snapshot.items[0]).toBe(item);
    await untilIdle(queue);
    expect(item).toMatchObject({ state: "preparing" });
  });

  it("sends at most as many parts of all files at once as its concurrency", async () => {
    const { server, uploader } = await start({ multipartFrom: 1, partSize: 1000 });
    const queue = createQueue(uploader, { concurrency: 2 });
    queue.add(files(3, 5000));
    await untilIdle(queue);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 3 });
    expect(server.mostAtOnce()).toBeLessThanOrEqual(2);
    expect(server.count("complete")).toBe(3);
    expect(server.last("complete").body).toHaveProperty("parts");
  });

  it("goes on although a listener throws", async () => {
    const { uploader } = await start();
    const queue = createQueue(uploader);
    const reported = new Promise((resolve) => {
      process.prependOnceListener("uncaughtException", resolve);
    });
    const others = process.listeners("uncaughtException").slice(1);
    for (const one of others) process.removeListener("uncaughtException", one);
    const stop = queue.on("completed", () => {
      stop();
      throw new RangeError("of the app");
    });
    queue.add(files(3));
    await untilIdle(queue);
    expect(await reported).toBeInstanceOf(RangeError);
    for (const one of others) process.on("uncaughtException", one);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 3 });
  });
});

describe("a file that fails", () => {
  it("does not stop the others, and is sent again on request", async () => {
    const { server, uploader } = await start();
    const queue = createQueue(uploader);
    server.on("put", refuse(400, "EntityTooLarge"));
    const failed = vi.fn();
    queue.on("failed", failed);
    queue.add(files(6));
    await untilIdle(queue);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 5, failedFiles: 1 });
    expect(failed).toHaveBeenCalledOnce();
    queue.retryFailed();
    await untilIdle(queue);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 6, failedFiles: 0 });
  });

  it("is not sent again if it is too large for the policy", async () => {
    const { server, uploader } = await start();
    const queue = createQueue(uploader);
    const problem = bodyOf("problem-too-large");
    server.on("tickets", results({ status: 413, problem }, { status: 413, problem }));
    queue.add(files(2));
    await untilIdle(queue);
    expect(queue.snapshot.items[0]).toMatchObject({ canRetry: false, state: "failed" });
    expect(queue.snapshot.items[0]?.error).toMatchObject({ code: "too-large", status: 413 });
    queue.retryFailed();
    expect(queue.snapshot.totals).toMatchObject({ failedFiles: 2, activeFiles: 0 });
  });

  it("begins again with nothing sent, if its one PUT was refused at the end", async () => {
    const { server, uploader } = await start();
    const queue = createQueue(uploader);
    server.on("complete", vector("problem-verification-rejected"));
    const [item] = queue.add(files(1));
    await untilIdle(queue);
    expect(queue.snapshot.items[0]).toMatchObject({ state: "failed" });
    queue.retry(item?.id ?? "");
    expect(queue.snapshot.items[0]?.progress.sentBytes).toBe(0);
    await untilIdle(queue);
    expect(queue.snapshot.items[0]).toMatchObject({ state: "completed" });
  });

  it("is refused alone: the others of its batch get their tickets", async () => {
    const { server, uploader } = await start();
    const queue = createQueue(uploader);
    server.on("tickets", async (exchange) => {
      const { response, usual } = exchange;
      const end = response.end.bind(response);
      response.end = (text: unknown) => {
        const { results: all } = JSON.parse(String(text)) as { results: object[] };
        all[1] = { status: 415, problem: bodyOf("problem-type-not-allowed") };
        return end(JSON.stringify({ results: all }));
      };
      await usual();
    });
    queue.add(files(3));
    await untilIdle(queue);
    expect(states(queue.snapshot.items)).toEqual(["completed", "failed", "completed"]);
  });

  it("has an error of getToken as the cause", async () => {
    const broken = new Error("signed out");
    const { uploader } = await start({}, { getToken: async () => Promise.reject(broken) });
    const queue = createQueue(uploader);
    queue.add(files(1));
    await untilIdle(queue);
    expect(queue.snapshot.items[0]?.error).toMatchObject({
      code: "unauthenticated",
      cause: broken,
    });
  });
});

describe("a batch of a queue", () => {
  it("is asked for again where one of its items was refused for a while", async () => {
    const { server, uploader, pauses } = await start();
    const queue = createQueue(uploader);
    const problem = { ...bodyOf("problem-rate-limited"), retryAfter: 7 };
    server.on("tickets", results({ status: 429, problem }, { status: 429, problem }));
    queue.add(files(2));
    await untilIdle(queue);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 2 });
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThanOrEqual(7000);
  });

  it("is asked for again if the answer was lost", async () => {
    const { server, uploader } = await start();
    const queue = createQueue(uploader);
    server.on("tickets", loseAnswer);
    server.on("completions", loseAnswer);
    queue.add(files(4));
    await untilIdle(queue);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 4 });
  });

  it("fails its files if the answer is not from the service", async () => {
    const { server, uploader } = await start();
    const queue = createQueue(uploader);
    server.on("tickets", results({}, {}));
    queue.add(files(2));
    await untilIdle(queue);
    expect(queue.snapshot.items[1]?.error).toMatchObject({ code: "unexpected-answer" });
  });

  it("of completions is replaced by single ones at an older service", async () => {
    const { server, uploader } = await start({}, inRealTime);
    const queue = createQueue(uploader);
    server.on("completions", vector("problem-upload-not-found"));
    queue.add(files(40));
    await untilIdle(queue);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 40 });
    expect(server.count("completions")).toBe(1);
  });

  it("sends a file again that the store does not have, and only this one", async () => {
    const { server, uploader } = await start({}, inRealTime);
    const queue = createQueue(uploader);
    server.on("completions", async ({ usual }) => {
      server.objects.delete("photos/alice/upload-2");
      await usual();
    });
    queue.add(files(4));
    await untilIdle(queue);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 4 });
    expect(server.count("put")).toBe(5);
  });
});

describe("a batch of tickets", () => {
  const asked = ({ seen }: { readonly seen: readonly Seen[] }) =>
    seen.filter(({ step }) => step === "tickets");

  it("has at most 25 files", async () => {
    const { server, uploader } = await start();
    const queue = createQueue(uploader, { concurrency: 60 });
    queue.add(files(60));
    await untilIdle(queue);
    const counts = asked(server).map(({ body }) => (body["uploads"] as object[]).length);
    expect(Math.max(...counts)).toBe(25);
  });

  it("has at most 64 KiB, however long its metadata is", async () => {
    const { server, uploader } = await start();
    const queue = createQueue(uploader, { concurrency: 25 });
    queue.add(files(25), { metadata: { note: "n".repeat(6000) } });
    await untilIdle(queue);
    const bytes = asked(server).map(({ body }) => JSON.stringify(body).length);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(65_536);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 25 });
  });

  it("has an Idempotency-Key of its own", async () => {
    let last = 0;
    const { server, uploader } = await start({}, { random: () => (last += 1 / 1024) });
    const queue = createQueue(uploader, { concurrency: 60 });
    queue.add(files(60));
    await untilIdle(queue);
    const keys = asked(server).map(({ headers }) => headers["idempotency-key"]);
    expect(keys.length).toBeGreaterThan(1);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("a paused file", () => {
  it("waits while the others are sent, and continues", async () => {
    const { server, uploader } = await start();
    const queue = createQueue(uploader, { concurrency: 1 });
    const held = hold();
    server.on("put", held.reaction);
    const [first, second] = queue.add(files(3));
    await held.arrived;
    queue.pause(first?.id);
    await vi.waitFor(() => expect(queue.snapshot.totals.completedFiles).toBe(2));
    expect(states(queue.snapshot.items)).toEqual(["paused", "completed", "completed"]);
    queue.resume(second?.id);
    queue.resume(first?.id);
    await untilIdle(queue);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 3 });
  });

  it("is not started if it was paused before its turn", async () => {
    const { uploader } = await start();
    const queue = createQueue(uploader, { concurrency: 1 });
    queue.pause();
    const [, second] = queue.add(files(2));
    queue.pause(second?.id);
    expect(states(queue.snapshot.items)).toEqual(["queued", "paused"]);
    queue.resume();
    await untilIdle(queue);
    expect(states(queue.snapshot.items)).toEqual(["completed", "completed"]);
  });
});

describe("a cancelled file", () => {
  it("is aborted at the service", async () => {
    const { server, uploader } = await start();
    const queue = createQueue(uploader);
    const held = hold();
    server.on("put", held.reaction);
    const [item] = queue.add(files(1));
    await held.arrived;
    await queue.cancel(item?.id ?? "");
    expect(server.last("abort").path).toBe("/v1/uploads/upload-1");
    expect(queue.snapshot.items[0]).toMatchObject({ state: "aborted", canRetry: true });
    expect(queue.snapshot.totals).toMatchObject({ files: 0, totalBytes: 0 });
    queue.retry(item?.id ?? "");
    await untilIdle(queue);
    expect(states(queue.snapshot.items)).toEqual(["completed"]);
  });

  it("needs no request if it was not started", async () => {
    const { server, uploader } = await start();
    const queue = createQueue(uploader);
    queue.pause();
    const [item] = queue.add(files(1));
    await queue.cancel(item?.id ?? "");
    expect(states(queue.snapshot.items)).toEqual(["aborted"]);
    expect(server.seen).toEqual([]);
    queue.clear();
    expect(queue.snapshot.items).toEqual([]);
  });
});
