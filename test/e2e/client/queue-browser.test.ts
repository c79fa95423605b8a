/** The queue in a real browser, on a slow line. */
import type { Page, Response } from "playwright-core";
import { describe, expect, it } from "vitest";
import { contentOf } from "../../uppy/content.ts";
import { usePage } from "../support/client-page.ts";

const KB = 1000;
const setting = usePage("uploads.tsx");

interface Totals {
  readonly files: number;
  readonly completedFiles: number;
  readonly failedFiles: number;
  readonly activeFiles: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft?: number;
}

const readTotals = async (page: Page): Promise<Totals> =>
  JSON.parse((await page.locator("#totals").textContent()) ?? "") as Totals;
const choose = async (page: Page, count: number, bytes: number) =>
  page.locator("#file").setInputFiles(
    Array.from({ length: count }, (_, index) => ({
      name: `여행-${index}.mp4`,
      mimeType: "video/mp4",
      buffer: Buffer.from(contentOf(bytes + index).buffer, 0, bytes + index),
    })),
  );
const untilCompleted = async (page: Page, count: number) =>
  expect
    .poll(async () => readTotals(page), { timeout: 50_000 })
    .toMatchObject({ files: count, completedFiles: count, failedFiles: 0, activeFiles: 0 });

async function throttle(page: Page, bytesPerSecond: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 20,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  });
}

/** Counts the tickets that the service gives, its requests, and the PUTs that the store refuses. */
function countRequests(page: Page): { tickets: number; requests: number; refused: number } {
  const counts = { tickets: 0, requests: 0, refused: 0 };
  const add = (response: Response): void => {
    const request = response.request();
    const { pathname } = new URL(response.url());
    if (request.method() === "PUT" && response.status() >= 400) counts.refused += 1;
    if (request.method() !== "POST") return;
    counts.requests += 1;
    if (pathname === "/v1/uploads") counts.tickets += 1;
    if (pathname !== "/v1/uploads/batch") return;
    const { uploads } = request.postDataJSON() as { readonly uploads: readonly object[] };
    counts.tickets += uploads.length;
  };
  page.on("response", add);
  return counts;
}

describe("a queue in a browser", () => {
  it("loses no file on a slow line, and wastes no ticket: 60 files, tickets of 4 seconds", async () => {
    const { page } = await setting.open("clip");
    await throttle(page, 200 * KB);
    const counts = countRequests(page);
    await choose(page, 60, 50 * KB);
    await untilCompleted(page, 60);
    expect(counts.refused).toBe(0);
    expect(counts.tickets).toBeLessThanOrEqual(63);
  });

  it("stores many small files with few requests", async () => {
    const { page } = await setting.open("video");
    const counts = countRequests(page);
    await choose(page, 100, 2 * KB);
    await untilCompleted(page, 100);
    expect(counts.tickets).toBe(100);
    expect(counts.requests).toBeLessThan(60);
  });

  it("pauses, keeps what is stored, and continues", async () => {
    const { page } = await setting.open("video");
    await throttle(page, 400 * KB);
    await choose(page, 12, 100 * KB);
    const readCompleted = async () => (await readTotals(page)).completedFiles;
    await expect.poll(readCompleted, { timeout: 20_000 }).toBeGreaterThan(1);
    await page.locator("#pause").click();
    await expect.poll(async () => page.locator("#states").textContent()).not.toMatch(/sending/);
    await page.locator("#resume").click();
    await untilCompleted(page, 12);
  });
});
