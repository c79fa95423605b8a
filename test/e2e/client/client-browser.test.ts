import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contentOf } from "../../uppy/content.ts";
import { usePage, type Setting, type UploadPage } from "../support/client-page.ts";

const MiB = 2 ** 20;
/** Six parts of 5 MiB. */
const LARGE = 30 * MiB;
const PART = 5 * MiB;
const PARTS = [1, 2, 3, 4, 5, 6];
const SMALL = 3 * MiB;
/** The machine may be slow. */
const PATIENCE = { timeout: 20_000 };
let folder: string;
const movie = () => join(folder, "여행.mp4");
const photo = () => join(folder, "a.png");
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "client-"));
  await Promise.all([writeFile(movie(), contentOf(LARGE)), writeFile(photo(), contentOf(SMALL))]);
});
afterAll(async () => rm(folder, { recursive: true }));

async function expectStored({ server }: Setting, key: string, size: number): Promise<void> {
  const stored = await server().read(key);
  expect(Buffer.compare(stored?.bytes ?? new Uint8Array(), contentOf(size))).toBe(0);
}

/** Slows the upload down, so that its progress can be seen. */
async function slowDown({ page }: UploadPage, uploadThroughput = 4 * MiB): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 5,
    downloadThroughput: -1,
    uploadThroughput,
  });
}

/** Loses the answer to the first PUT, which is stored. Returns the status of every answer. */
async function loseFirstAnswer({ page }: UploadPage): Promise<readonly number[]> {
  const answered: number[] = [];
  const session = await page.context().newCDPSession(page);
  session.on("Fetch.requestPaused", ({ requestId, request, responseStatusCode = 0 }) => {
    if (request.method === "PUT") answered.push(responseStatusCode);
    const isLost = request.method === "PUT" && answered.length === 1;
    void (isLost
      ? session.send("Fetch.failRequest", { requestId, errorReason: "ConnectionReset" })
      : session.send("Fetch.continueRequest", { requestId }));
  });
  const patterns = [{ urlPattern: "*/cdn-cgi/*", requestStage: "Response" } as const];
  await session.send("Fetch.enable", { patterns });
  return answered;
}

/** The tests that both the plain page and the React page have to pass. */
function describePage(program: string): Setting {
  const setting = usePage(program);
  const { open, server } = setting;

  it("stores a photo, shows progress, and returns a receipt", async () => {
    const page = await open("photo");
    await slowDown(page);
    await page.drop(photo());
    await page.waitFor("completed");
    const { key, receipt } = await page.readResult();
    await expectStored(setting, key, SMALL);
    expect(receipt).toMatch(/^ey/);
    expect(page.puts).toEqual([0]);
    const bar = await page.bar();
    expect(bar.some((bytes) => bytes > 0 && bytes < SMALL)).toBe(true);
    expect(bar.at(-1)).toBe(SMALL);
  });

  it("continues after a pause and a reload, and sends no part twice", async () => {
    const page = await open("video");
    const held = await page.hold(4);
    await page.drop(movie());
    const url = (await held.request).url();
    await expect.poll(() => page.puts.length, PATIENCE).toBe(5);
    await expect.poll(page.countRemembered, PATIENCE).toBe(1);
    await page.press("pause");
    await page.waitFor("paused");
    await page.reload();
    await held.release();
    await page.drop(movie());
    await page.waitFor("completed");
    const { key } = await page.readResult();
    await expectStored(setting, key, LARGE);
    expect(page.puts.toSorted((a, b) => a - b)).toEqual(PARTS);
    expect(decodeURIComponent(new URL(url).pathname)).toMatch(new RegExp(`/${key}$`));
    expect(await page.countRemembered()).toBe(0);
  });

  it("keeps what arrived when it is paused on a slow line, also after a reload", async () => {
    const page = await open("video");
    await slowDown(page, 6 * MiB);
    await page.drop(movie());
    await expect.poll(async () => (await page.bar()).at(-1), PATIENCE).toBeGreaterThan(12 * MiB);
    await page.press("pause");
    await page.waitFor("paused");
    // What is nearly done still arrives.
    await page.page.waitForTimeout(4000);
    const stored = page.puts.length * PART;
    expect(stored).toBeGreaterThan(0);
    expect((await page.bar()).at(-1)).toBe(stored);
    await page.press("resume");
    await expect.poll(async () => (await page.bar()).at(-1), PATIENCE).toBeGreaterThan(stored);
    const before = page.puts.length;
    await page.reload();
    await page.drop(movie());
    await page.waitFor("completed");
    const shown = (await page.bar()).find((bytes) => bytes > 0);
    expect(shown).toBeGreaterThanOrEqual(before * PART);
    await expectStored(setting, (await page.readResult()).key, LARGE);
    expect(page.puts.toSorted((a, b) => a - b)).toEqual(PARTS);
  });

  it("waits for the network, without a failed try", async () => {
    const page = await open("photo");
    await page.page.context().setOffline(true);
    await page.drop(photo());
    await page.page.waitForTimeout(3000);
    expect(await page.readError()).toBe("");
    await page.page.context().setOffline(false);
    await page.waitFor("completed");
    await expectStored(setting, (await page.readResult()).key, SMALL);
  });

  it("continues after a pause in the same session", async () => {
    const page = await open("video");
    const held = await page.hold(2);
    await page.drop(movie());
    await held.request;
    await page.press("pause");
    await page.waitFor("paused");
    await held.release();
    await page.press("resume");
    await page.waitFor("completed");
    await expectStored(setting, (await page.readResult()).key, LARGE);
  });

  it("leaves nothing behind when it is aborted", async () => {
    const page = await open("video");
    const held = await page.hold(2);
    await page.drop(movie());
    const part = await held.request;
    await expect.poll(() => page.puts.length, PATIENCE).toBeGreaterThan(0);
    const deleted = page.page.waitForResponse((answer) => answer.request().method() === "DELETE");
    await page.press("abort");
    expect((await deleted).status()).toBe(204);
    await page.waitFor("aborted");
    await held.release();
    const late = await fetch(part.url(), { method: "PUT", body: contentOf(PART) });
    expect(late.status).toBe(404);
    const key = decodeURIComponent(new URL(part.url()).pathname.split("/uploads/")[1] ?? "");
    expect(key).toMatch(/^videos\/alice\//);
    expect(await server().read(key)).toBeUndefined();
    await expect.poll(page.countRemembered, PATIENCE).toBe(0);
  });

  it("shows the code and the message of the service if a file is refused", async () => {
    const page = await open("avatar");
    await page.drop(movie());
    await page.waitFor("failed");
    expect(await page.readError()).toMatch(/^type-not-allowed: .*video\/mp4 is not allowed/);
  });

  it("shows that the quota is used up", async () => {
    const user = `quota-of-${program.replaceAll(/\W/g, "-")}`;
    const note = join(folder, "a.txt");
    await writeFile(note, "hello");
    const first = await open("once", user);
    await first.drop(note);
    await first.waitFor("completed");
    const second = await open("once", user);
    await second.drop(note);
    await second.waitFor("failed");
    expect(await second.readError()).toMatch(/^quota-exceeded: .*Wait \d+ seconds/);
  });

  it("succeeds if the file was stored and the answer was lost", async () => {
    const page = await open("photo");
    const answered = await loseFirstAnswer(page);
    await page.drop(photo());
    await page.waitFor("completed");
    await expectStored(setting, (await page.readResult()).key, SMALL);
    expect(answered).toEqual([200, 412]);
  });

  it("continues when the network is back", { timeout: 150_000 }, async () => {
    const page = await open("video");
    const held = await page.hold(2);
    await page.drop(movie());
    await held.request;
    await page.page.context().setOffline(true);
    await held.release();
    await page.page.waitForTimeout(1500);
    await page.page.context().setOffline(false);
    // A request that hangs is given up after 60 seconds without progress.
    await page.waitFor("completed", 120_000);
    await expectStored(setting, (await page.readResult()).key, LARGE);
  });

  return setting;
}

describe("the client in a page", () => {
  const { open } = describePage("plain.ts");

  it.for([
    ["no server", "http://127.0.0.1:9"],
    ["no such host", "http://uploads.invalid"],
    ["no CORS headers", ""],
  ] as const)("says within three seconds that the endpoint is wrong: %s", async ([, endpoint]) => {
    const other = createServer((_, response) => response.end("{}"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const page = await open("photo", "alice", endpoint || `http://127.0.0.1:${port}`);
    const start = Date.now();
    await page.drop(photo());
    await page.waitFor("failed");
    expect(Date.now() - start).toBeLessThan(3000);
    expect(await page.readError()).toMatch(
      /^network: .*http:\/\/[\w.:]+ did not answer: check the endpoint, and whether "origins"/,
    );
    other.close();
  });
});

describe("the React hook in a page", () => {
  const hook = describePage("react.tsx");

  it("stops the upload when it unmounts, and the same file continues from its parts", async () => {
    const page = await hook.open("video");
    const held = await page.hold(4);
    await page.drop(movie());
    await held.request;
    await expect.poll(() => page.puts.length, PATIENCE).toBe(5);
    const ended = page.page.waitForEvent("requestfailed");
    await page.page.evaluate(() => globalThis.dispatchEvent(new Event("leave")));
    await ended;
    await page.reload();
    await held.release();
    await page.drop(movie());
    await page.waitFor("completed");
    expect(page.puts.toSorted((a, b) => a - b)).toEqual(PARTS);
  });
});

describe("the client in a worker", () => {
  const setting = usePage("worker.ts");

  it("stores a file with a multipart upload", async () => {
    const { page } = await setting.open("video");
    const token = new URLSearchParams(new URL(page.url()).hash.slice(1));
    const completed: unknown = await page.evaluate(
      async ([settings, size]) => {
        const { uploadInWorker } = globalThis as unknown as {
          uploadInWorker: (given: object, bytes: number) => Promise<unknown>;
        };
        return uploadInWorker(settings, size);
      },
      [Object.fromEntries(token), 9 * MiB] as const,
    );
    expect(completed).toMatchObject({ status: "completed", size: 9 * MiB });
    const { key } = completed as { readonly key: string };
    expect((await setting.server().read(key))?.bytes).toHaveLength(9 * MiB);
  });
});
