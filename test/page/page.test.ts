import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, crc32 } from "node:zlib";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startBrowser } from "../e2e/support/browser.ts";
import { startServer, type Server } from "../e2e/support/server.ts";

/** Screenshots for a person to look at. Git ignores this folder. */
const SCREENSHOTS = join(import.meta.dirname, "../screenshots");
const AXE = readFileSync(
  join(import.meta.dirname, "../../node_modules/axe-core/axe.min.js"),
  "utf8",
);
const MiB = 2 ** 20;

/** Returns a PNG of one color (RFC 2083), with extra bytes after its end. */
function picture(red: number, extraBytes = 0): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const side = 64;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([
    Buffer.from([0]),
    Buffer.alloc(side * 3, Buffer.from([red, 120, 200])),
  ]);
  const pixels = Buffer.concat(Array.from({ length: side }, () => row));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
    Buffer.alloc(extraBytes),
  ]);
}

describe("the page of npm run dev", () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await import("../../demo/build.ts");
    server = await startServer();
    browser = await startBrowser();
  });
  afterEach(async () => context.close());
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  type Look = Parameters<Browser["newContext"]>[0];
  const open = async (look: Look = {}) => {
    context = await browser.newContext({ locale: "en-US", ...look });
    page = await context.newPage();
    await page.goto(server.url);
  };
  const choose = async (name: string, mimeType: string, buffer: Buffer) =>
    page.locator("#files").setInputFiles({ name, mimeType, buffer });
  // By its exact name: a receipt contains keys, which may end with another file's name.
  const state = (name: string) =>
    page
      .locator("#uploads li")
      .filter({ has: page.locator(".name").getByText(name, { exact: true }) })
      .locator(".state");
  const settled = async (name: string, value: string) =>
    expect
      .poll(async () => state(name).getAttribute("data-state"), { timeout: 30_000 })
      .toBe(value);
  const shoot = async (name: string) =>
    page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  const violations = async () => {
    await page.evaluate(AXE);
    const results = await page.evaluate(async () =>
      (globalThis as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
    );
    return results.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`,
    );
  };

  it("stores a photo, verifies its receipt, and shows it in the gallery", async () => {
    await open();
    await choose("제주 여행.png", "image/png", picture(200));
    await settled("제주 여행.png", "completed");
    const item = page.locator("#uploads li");
    const [signed, receipt] = [item.locator("details").nth(0), item.locator("details").nth(1)];
    await signed.locator("summary").click();
    expect(await signed.locator("pre").textContent()).toContain("if-none-match: *");
    await receipt.locator("summary").click();
    expect(await receipt.locator("summary").textContent()).toContain("The signature is valid");
    const claims = JSON.parse((await receipt.locator("pre").textContent()) ?? "") as {
      upload: { key: string };
    };
    expect((await server.read(claims.upload.key))?.bytes).toEqual(new Uint8Array(picture(200)));
    const shown = page.locator("#gallery img");
    await expect.poll(async () => shown.count()).toBe(1);
    await expect
      .poll(async () => shown.evaluate((image) => (image as HTMLImageElement).naturalWidth))
      .toBe(64);
    await shoot("completed");

    await page.getByRole("button", { name: "Delete: 제주 여행.png" }).click();
    await expect.poll(async () => shown.count()).toBe(0);
    expect(await server.read(claims.upload.key)).toBeUndefined();
  });

  it("uploads files that are dropped", async () => {
    await open();
    const bytes = [...picture(10)];
    const dropped = await page.evaluateHandle((content) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(content)], "dropped.png", { type: "image/png" }));
      return transfer;
    }, bytes);
    await page.dispatchEvent("#drop", "drop", { dataTransfer: dropped });
    await settled("dropped.png", "completed");
    expect(await state("dropped.png").textContent()).toBe("Stored and verified");
  });

  it("says in Korean why a file is refused", async () => {
    await open({ locale: "ko-KR" });
    await choose("노트.txt", "text/plain", Buffer.from("안녕"));
    await settled("노트.txt", "failed");
    expect(await state("노트.txt").textContent()).toBe("이 형식의 파일은 올릴 수 없습니다.");
    await shoot("refused-ko");
    await page.getByRole("button", { name: "English" }).click();
    expect(await state("노트.txt").textContent()).toBe("This file type is not allowed here.");
  });

  it("shows that the quota is used up", async () => {
    await open();
    await page.locator("#user").fill("quota-page");
    await page.locator("#policy").selectOption("limited");
    for (const name of ["1.png", "2.png"]) {
      await choose(name, "image/png", picture(1, 9 * MiB));
      await settled(name, "completed");
    }
    await choose("3.png", "image/png", picture(1, 9 * MiB));
    await settled("3.png", "failed");
    expect(await state("3.png").textContent()).toBe("Your quota is used up for now.");
    await shoot("quota");
  });

  it("continues a paused upload after a reload", async () => {
    await open();
    const bytes = Buffer.alloc(30 * MiB, 7);
    bytes.write("the first bytes");
    // On disk, because the file is also identified by its modification time.
    const folder = mkdtempSync(join(tmpdir(), "page-"));
    const path = join(folder, "clip.mp4");
    writeFileSync(path, bytes);
    await page.locator("#policy").selectOption("video");
    // All parts but the first wait, so that there is something to pause.
    await page.route(/partNumber=(?!1&)/, async () => undefined);
    const first = page.waitForResponse(/partNumber=1&/);
    await page.locator("#files").setInputFiles(path);
    await expect
      .poll(
        async () =>
          page.locator("#uploads progress").evaluate((bar) => (bar as HTMLProgressElement).value),
        { timeout: 20_000 },
      )
      .toBeGreaterThanOrEqual(5 * MiB);
    // The bar counts bytes that were sent: wait until the part is stored.
    expect((await first).status()).toBe(200);
    await (await first).finished();
    await page.getByRole("button", { name: "Pause: clip.mp4" }).click();
    await settled("clip.mp4", "paused");
    await shoot("paused");

    await page.unrouteAll({ behavior: "ignoreErrors" });
    const sentAfter: string[] = [];
    page.on("request", (request) => {
      const number = new URL(request.url()).searchParams.get("partNumber");
      if (request.method() === "PUT" && number) sentAfter.push(number);
    });
    await page.reload();
    expect(await page.locator("#interrupted").textContent()).toContain("clip.mp4");
    await shoot("interrupted");
    await page.locator("#files").setInputFiles(path);
    await settled("clip.mp4", "completed");
    expect(sentAfter).not.toContain("1");
    const receipt = await page.locator("#uploads details").nth(1).locator("pre").textContent();
    const { upload } = JSON.parse(receipt ?? "") as { upload: { key: string } };
    const stored = await server.read(upload.key);
    expect(Buffer.compare(stored?.bytes ?? new Uint8Array(), bytes)).toBe(0);
    rmSync(folder, { recursive: true });
  });

  it("leaves nothing behind if an upload is cancelled", async () => {
    await open();
    await page.locator("#policy").selectOption("video");
    await page.route(/partNumber=2/, async () => undefined);
    await choose("gone.mp4", "video/mp4", Buffer.alloc(20 * MiB, 1));
    await page.getByRole("button", { name: "Cancel: gone.mp4" }).click();
    await settled("gone.mp4", "aborted");
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.reload();
    expect(await page.locator("#interrupted").isHidden()).toBe(true);
    await shoot("empty");
  });

  it("does not say that everything was deleted if the abort failed", async () => {
    await open();
    await page.locator("#policy").selectOption("video");
    await page.route(/partNumber=2/, async () => undefined);
    await page.route(/v1\/uploads\/[^/]+$/, async (route) =>
      route.request().method() === "DELETE"
        ? route.fulfill({
            status: 404,
            json: { code: "upload-not-found", detail: "No such upload" },
          })
        : route.continue(),
    );
    await choose("kept.mp4", "video/mp4", Buffer.alloc(20 * MiB, 1));
    await expect
      .poll(async () => state("kept.mp4").getAttribute("data-state"), { timeout: 20_000 })
      .toBe("sending");
    await page.getByRole("button", { name: "Cancel: kept.mp4" }).click();
    await settled("kept.mp4", "failed");
  });

  it("works with the keyboard alone", async () => {
    await open();
    await page.keyboard.press("Tab");
    const focused = async () => page.evaluate(() => document.activeElement?.id);
    const order = [await focused()];
    for (let step = 0; step < 3; step += 1) {
      await page.keyboard.press("Tab");
      order.push(await focused());
    }
    expect(order).toEqual(["user", "policy", "language", "files"]);
    const chosen = page.waitForEvent("filechooser");
    await page.keyboard.press("Space");
    await (await chosen).setFiles({ name: "key.png", mimeType: "image/png", buffer: picture(90) });
    await settled("key.png", "completed");
  });

  it.each([
    ["light", "en-US", 1200],
    ["dark", "ko-KR", 1200],
    ["light", "ko-KR", 360],
    ["dark", "en-US", 360],
  ] as const)("is accessible: %s, %s, %i wide", async (colorScheme, locale, width) => {
    await open({ colorScheme, locale, viewport: { width, height: 800 } });
    await choose("a.png", "image/png", picture(50));
    await settled("a.png", "completed");
    await choose("b.txt", "text/plain", Buffer.from("b"));
    await settled("b.txt", "failed");
    await expect.poll(async () => page.locator("#gallery img").count()).toBeGreaterThan(0);
    expect(await violations()).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await shoot(`${colorScheme}-${locale}-${width}`);
  });
});
