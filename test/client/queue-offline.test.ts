import { afterEach, describe, expect, it, vi } from "vitest";
import { createQueue } from "../../client/web/src/index.ts";
import { fileOf, start } from "./client.ts";
import { untilIdle } from "./queued.ts";

/** Takes the network away from a page, and gives it back. */
function goOffline(): () => void {
  const page = new EventTarget();
  const navigator = { onLine: false };
  vi.stubGlobal("navigator", navigator);
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
  return () => {
    navigator.onLine = true;
    page.dispatchEvent(new Event("online"));
  };
}
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a queue without a network", () => {
  it("waits until it is back, and fails no file", async () => {
    let goOnline: (() => void) | undefined;
    const { server, uploader } = await start(
      {},
      {
        fetch: async (input, init) => {
          if (server.count("put") === 1) goOnline ??= goOffline();
          if (globalThis.navigator.onLine) return fetch(input, init);
          return goOnline ? Promise.reject(new TypeError("Failed to fetch")) : fetch(input, init);
        },
      },
    );
    const queue = createQueue(uploader, { concurrency: 2 });
    queue.add(Array.from({ length: 6 }, (_, index) => fileOf(1000 + index, `${index}.bin`)));
    await vi.waitFor(() => expect(queue.snapshot.isOffline).toBe(true));
    expect(queue.snapshot.totals).toMatchObject({ failedFiles: 0 });
    goOnline?.();
    await untilIdle(queue);
    expect(queue.snapshot).toMatchObject({ isOffline: false });
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 6, failedFiles: 0 });
  });
});
