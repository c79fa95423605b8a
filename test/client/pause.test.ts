import { describe, expect, it } from "vitest";
import { Paused } from "../../client/web/src/pause.ts";
import { createPut, type Send } from "../../client/web/src/put.ts";
import { UploadError } from "../../client/web/src/index.ts";

const BYTES = 1000;

/** Starts a PUT of which the first bytes took one second. */
function startPut(sentBytes: number) {
  let now = 0;
  let answer: () => void = () => undefined;
  const send: Send = async ({ onSent, signal }) =>
    new Promise((resolve, reject) => {
      now = 1000;
      onSent(sentBytes);
      signal.addEventListener("abort", () => reject(new Error("Stopped")));
      answer = () => resolve({ status: 200, text: "", readHeader: () => "etag" });
    });
  const running = new AbortController();
  const whole = new AbortController();
  const shown: number[] = [];
  const put = createPut(
    send,
    () => now,
  )({
    ticket: {
      method: "PUT",
      url: "https://s3.example.com/",
      headers: {},
      expiresIn: 60,
      expiresAt: "",
    },
    body: new Blob([new Uint8Array(BYTES)]),
    signal: running.signal,
    onSent: (bytes) => shown.push(bytes),
  });
  return {
    put,
    shown,
    pause: () => running.abort(new Paused(whole.signal)),
    stop: () => running.abort(new UploadError("aborted", "Stopped")),
    abort: () => whole.abort(),
    answer: () => answer(),
  };
}

describe("a PUT of an upload that is paused", () => {
  it.for([[250], [600], [1000]] as const)(
    "finishes if the rest takes up to three seconds: %i bytes in one second, of 1000",
    async ([sentBytes]) => {
      const { put, pause, answer, shown } = startPut(sentBytes);
      pause();
      answer();
      expect(await put).toBe("etag");
      expect(shown).toEqual([sentBytes, 1000]);
    },
  );

  it.for([[0], [100], [249]] as const)(
    "stops if the rest takes longer: %i bytes in one second, of 1000",
    async ([sentBytes]) => {
      const { put, pause, shown } = startPut(sentBytes);
      pause();
      await expect(put).rejects.toBeInstanceOf(Paused);
      expect(shown).toEqual([sentBytes, 0]);
    },
  );

  it("stops if the upload is aborted while it finishes", async () => {
    const { put, pause, abort } = startPut(900);
    pause();
    abort();
    await expect(put).rejects.toThrow("paused");
  });

  it("stops at once if the upload is aborted without a pause", async () => {
    const { put, stop } = startPut(900);
    stop();
    await expect(put).rejects.toThrow("Stopped");
  });
});
