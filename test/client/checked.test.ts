import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createQueue } from "../../client/web/src/index.ts";
import { failureOf, fileOf, start } from "./client.ts";
import { untilIdle } from "./queued.ts";
import { vector, type Reaction } from "./reactions.ts";

/** Waits in real time, though not long, so that several files are completed at once. */
const inRealTime = {
  wait: async (milliseconds: number) => setTimeout(Math.min(milliseconds, 200)),
};
const later = (retryAfter = 2): Reaction => vector("completed-later", { retryAfter });
const rejected: Reaction = vector("problem-content-rejected");

describe("an upload whose file is checked for long", () => {
  it.for([
    ["one PUT", 1000],
    ["parts", 3000],
  ] as const)("is asked for again after the time that the service says: %s", async ([, size]) => {
    const { server, uploader, pauses } = await start({ multipartFrom: 2000 });
    server.on("complete", later(), later(7));
    const { receipt } = await uploader.upload(fileOf(size));
    expect(receipt).toMatch(/^ey/);
    expect(server.count("complete")).toBe(3);
    expect(pauses).toEqual([3000, 9000]);
    expect(server.count("abort")).toBe(0);
    const bodies = server.seen.filter(({ step }) => step === "complete").map(({ body }) => body);
    expect(bodies[2]).toEqual(bodies[0]);
  });

  it("fails with what the check has found", async () => {
    const { server, uploader } = await start();
    server.on("complete", later(), rejected);
    expect(await failureOf(uploader.upload(fileOf(1000)))).toMatchObject({
      code: "verification-failed",
      upload: "rejected",
    });
    expect(server.count("put")).toBe(1);
  });

  it("is left to the service after some minutes, and neither aborted nor sent again", async () => {
    const { server, uploader, pauses } = await start();
    server.on("complete", ...Array.from({ length: 30 }, () => later()));
    expect(await failureOf(uploader.upload(fileOf(1000)))).toMatchObject({ code: "still-pending" });
    expect(server.count("complete")).toBe(21);
    expect(server.count("put")).toBe(1);
    expect(server.count("abort")).toBe(0);
    const seconds = pauses.reduce((sum, pause) => sum + pause, 0) / 1000;
    expect(seconds).toBeGreaterThan(120);
    expect(seconds).toBeLessThan(300);
  });

  it("asks again after an error that passes", async () => {
    const { server, uploader } = await start();
    server.on("complete", later(), vector("problem-store-unavailable"));
    await uploader.upload(fileOf(1000));
    expect(server.count("complete")).toBe(3);
  });

  it("can be aborted meanwhile", async () => {
    const controller = new AbortController();
    const { server, uploader } = await start();
    server.on("complete", (exchange) => {
      controller.abort();
      return later()(exchange);
    });
    const upload = uploader.upload(fileOf(1000), { signal: controller.signal });
    expect(await failureOf(upload)).toMatchObject({ code: "aborted" });
    await expect.poll(() => server.count("abort")).toBe(1);
  });
});

describe("a queue whose files are checked for long", () => {
  it("asks again for those of a batch that are not checked yet", async () => {
    const { server, uploader } = await start({}, inRealTime);
    let batches = 0;
    const firstLater: Reaction = async (exchange) => {
      batches += 1;
      const ids = exchange.seen.body["ids"] as readonly string[];
      const results = ids.map((id) => ({
        status: 202,
        upload: { id, status: "pending", policy: "checked", key: id, retryAfter: 1 },
      }));
      exchange.response.writeHead(200, { "content-type": "application/json" });
      exchange.response.end(JSON.stringify({ results }));
    };
    server.on("completions", firstLater);
    const queue = createQueue(uploader);
    queue.add([fileOf(1000), fileOf(1001), fileOf(1002), fileOf(1003)]);
    await untilIdle(queue);
    expect(batches).toBe(1);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 4 });
    expect(server.count("put")).toBe(4);
  });
});
