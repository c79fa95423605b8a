import { describe, expect, it } from "vitest";
import type { UploaderOptions } from "../../client/web/src/index.ts";
import { failureOf, fileOf, start } from "./client.ts";
import { dropAt, type Reaction } from "./reactions.ts";

/** A network that a test switches off and on. */
function createNetwork() {
  let isOffline = false;
  let waiting = new Set<() => void>();
  const network: UploaderOptions["network"] = {
    isOffline: () => isOffline,
    untilOnline: async (signal) =>
      new Promise((resolve, reject) => {
        waiting.add(resolve);
        signal?.addEventListener("abort", () => reject(signal.reason));
      }),
  };
  return {
    network,
    countWaiting: () => waiting.size,
    switchOff: () => void (isOffline = true),
    switchOn: () => {
      isOffline = false;
      for (const go of waiting) go();
      waiting = new Set();
    },
  };
}

async function startOffline() {
  const line = createNetwork();
  const setting = await start({ multipartFrom: 2000 }, { network: line.network });
  const fail: Reaction = async (exchange) => {
    line.switchOff();
    await dropAt(1)(exchange);
  };
  return { ...setting, ...line, fail };
}

describe("an upload without a network", () => {
  it("waits for the network, and goes on where it was", async () => {
    const { server, uploader, pauses, fail, countWaiting, switchOn } = await startOffline();
    server.on("put", ({ usual }) => usual(), fail);
    const seen: boolean[] = [];
    const upload = uploader.upload(fileOf(4000), {
      concurrency: 1,
      onOffline: (isOffline) => seen.push(isOffline),
    });
    await expect.poll(countWaiting).toBe(1);
    expect(seen).toEqual([true]);
    switchOn();
    expect((await upload).status).toBe("completed");
    expect(seen).toEqual([true, false]);
    expect(server.count("put")).toBe(4 + 1);
    expect(pauses).toEqual([]);
  });

  it("waits also for its ticket, however often it is tried, and says so once", async () => {
    const { server, uploader, fail, countWaiting, switchOn } = await startOffline();
    server.on("ticket", ...Array.from({ length: 8 }, () => fail));
    const seen: boolean[] = [];
    const onOffline = (isOffline: boolean) => seen.push(isOffline);
    const upload = uploader.upload(fileOf(5), { onOffline });
    for (let tries = 0; tries < 8; tries += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      await expect.poll(countWaiting).toBe(1);
      switchOn();
    }
    expect((await upload).status).toBe("completed");
    expect(seen).toHaveLength(16);
  });

  it("can be aborted while it waits", async () => {
    const { server, uploader, fail, countWaiting } = await startOffline();
    server.on("put", fail);
    const upload = uploader.start(fileOf(5));
    await expect.poll(countWaiting).toBe(1);
    await upload.abort();
    expect(await failureOf(upload.done)).toMatchObject({ code: "aborted" });
    expect(server.count("abort")).toBe(1);
  });

  it("can be paused while it waits", async () => {
    const { server, uploader, fail, countWaiting, switchOn } = await startOffline();
    server.on("put", fail);
    const upload = uploader.start(fileOf(5));
    await expect.poll(countWaiting).toBe(1);
    upload.pause();
    switchOn();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.count("put")).toBe(1);
    upload.resume();
    expect((await upload.done).status).toBe("completed");
  });
});
