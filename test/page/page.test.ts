import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startBrowser } from "../e2e/support/browser.ts";
import { startServer, type Server } from "../e2e/support/server.ts";
import { picture } from "./support/picture.ts";
import { findViolations } from "./support/violations.ts";

/** Screenshots for a person to look at. Git ignores this folder. */
const SCREENSHOTS = join(import.meta.dirname, "../screenshots");
const MiB = 2 ** 20;

interface Claims {
  readonly upload: { readonly key: string };
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
    await page.getByRole("tab").first().waitFor();
  };
  const choose = async (name: string, mimeType: string, buffer: Buffer) =>
    page.locator("#files").setInputFiles({ name, mimeType, buffer });
  const row = (name: string) =>
    page.locator("#uploads li").filter({ has: page.getByRole("button", { name, exact: true }) });
  const settled = async (name: string, value: string) =>
    expect
      .poll(async () => row(name).first().getAttribute("data-state"), { timeout: 30_000 })
      .toBe(value);
  const choosePolicy = async (name: string) => page.getByRole("tab", { name }).click();
  const readReceipt = async () =>
    JSON.parse((await page.locator("pre[aria-label]").first().textContent()) ?? "") as Claims;
  const shoot = async (name: string) =>
    page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  const overflow = async () =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );

  describe("uploads", () => {
    it("stores a photo, verifies its receipt, and shows it in the gallery", async () => {
      await open();
      await choose("제주 여행.png", "image/png", picture(200));
      await settled("제주 여행.png", "completed");
      const side = page.locator("#side");
      await expect.poll(async () => side.textContent()).toContain("Signature valid");
      expect(await side.textContent()).toContain(`content-length${picture(200).length}`);
      expect(await side.textContent()).toContain("if-none-match*");
      const { upload } = await readReceipt();
      expect((await server.read(upload.key))?.bytes).toEqual(new Uint8Array(picture(200)));
      const shown = page.locator("#gallery img");
      await expect
        .poll(async () => shown.evaluate((image) => (image as HTMLImageElement).naturalWidth))
        .toBe(64);

      const saved = page.waitForEvent("download");
      await page.getByRole("button", { name: "Download: 제주 여행.png" }).click();
      expect((await saved).suggestedFilename()).toBe("제주 여행.png");
      await page.getByRole("button", { name: "Delete: 제주 여행.png" }).click();
      await expect.poll(async () => shown.count()).toBe(0);
      expect(await server.read(upload.key)).toBeUndefined();
    });

    it("takes files that are dropped anywhere, and stays", async () => {
      await open();
      const bytes = [...picture(10)];
      const dropped = await page.evaluateHandle((content) => {
        const transfer = new DataTransfer();
        const file = new File([new Uint8Array(content)], "dropped.png", { type: "image/png" });
        transfer.items.add(file);
        return transfer;
      }, bytes);
      await page.dispatchEvent("h1", "dragenter", { dataTransfer: dropped });
      expect(await page.locator("#cover").textContent()).toContain("photo");
      expect(await page.locator("#cover").isVisible()).toBe(true);
      const isStopped = await page.evaluate((dataTransfer) => {
        const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
        return !document.querySelector("h1")?.dispatchEvent(event);
      }, dropped);
      expect(isStopped).toBe(true);
      expect(await page.locator("#cover").isVisible()).toBe(false);
      await settled("dropped.png", "completed");
    });

    it("takes files that are pasted", async () => {
      await open();
      await page.evaluate(
        (content) => {
          const transfer = new DataTransfer();
          const file = new File([new Uint8Array(content)], "pasted.png", { type: "image/png" });
          transfer.items.add(file);
          const paste = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true });
          document.body.dispatchEvent(paste);
        },
        [...picture(20)],
      );
      await settled("pasted.png", "completed");
      expect(await page.locator("#side h2").textContent()).toBe("pasted.png");
    });

    it("offers the types of the policy in the file dialog, and the camera where photos are allowed", async () => {
      await open({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
      const accepted = async () => page.locator("#files").getAttribute("accept");
      expect(await accepted()).toBe("image/*");
      await choosePolicy("avatar");
      expect(await accepted()).toBe("image/jpeg,image/png,image/webp");
      await choosePolicy("document");
      expect(await accepted()).toBe("");
      const chosen = page.waitForEvent("filechooser");
      await page.getByText("Take a photo").click();
      await (
        await chosen
      ).setFiles({
        name: "camera.png",
        mimeType: "image/png",
        buffer: picture(70),
      });
      await settled("camera.png", "completed");
      await choosePolicy("video");
      expect(await page.getByText("Take a photo").isVisible()).toBe(false);
    });

    it("says in the person's language why a file can never pass, and offers no other try", async () => {
      await open({ locale: "ko-KR" });
      await choose("노트.txt", "text/plain", Buffer.from("안녕"));
      await settled("노트.txt", "failed");
      expect(await row("노트.txt").textContent()).toContain("허용되지 않은 형식");
      expect(await page.locator("#side").textContent()).toContain("“text/plain” 형식");
      expect(await row("노트.txt").getByRole("button").count()).toBe(1);
      await choose("큰 사진.png", "image/png", picture(1, 12 * MiB));
      await settled("큰 사진.png", "failed");
      expect(await page.locator("#side").textContent()).toContain(
        "파일은 12.6MB이고, 10MB까지 올릴 수 있습니다.",
      );
      await page.getByRole("button", { name: "English" }).click();
      expect(await page.locator("#side").textContent()).toContain(
        "The file has 12.6 MB. At most 10 MB are allowed.",
      );
    });

    it("shows what is left of a quota, and when there is room again", async () => {
      await open();
      await page.locator("#user").fill("quota-page");
      await page.locator("#user").press("Enter");
      await choosePolicy("limited");
      const meters = page.locator("#meters");
      await expect.poll(async () => meters.textContent()).toContain("20 MB of 20 MB left");
      for (const name of ["1.png", "2.png"]) {
        await choose(name, "image/png", picture(1, 9 * MiB));
        await settled(name, "completed");
      }
      await expect.poll(async () => meters.textContent()).toContain("1.1 MB of 20 MB left");
      await choose("3.png", "image/png", picture(1, 9 * MiB));
      await settled("3.png", "failed");
      expect(await row("3.png").textContent()).toContain("Quota used up");
      expect(await page.locator("#side").textContent()).toMatch(
        /room for this file again in \d+ (?:hr|days?)/,
      );
    });

    it("shows what may be stored, and that only deleting files makes room", async () => {
      await open();
      await page.locator("#user").fill("plan-page");
      await page.locator("#user").press("Enter");
      await choosePolicy("plan");
      const meters = page.locator("#meters");
      await expect.poll(async () => meters.textContent()).toContain("25 MB of 25 MB left");
      expect(await meters.textContent()).toContain("20 of 20 left");
      for (const name of ["1.png", "2.png"]) {
        await choose(name, "image/png", picture(1, 9 * MiB));
        await settled(name, "completed");
      }
      await choose("3.png", "image/png", picture(1, 9 * MiB));
      await settled("3.png", "failed");
      expect(await page.locator("#side").textContent()).toContain("Delete stored files");
    });

    it("sums up all files, pauses and resumes them, and clears the list", async () => {
      await open();
      await choosePolicy("document");
      const hold = async () => undefined;
      await page.route("**/cdn-cgi/**", hold);
      await page.locator("#files").setInputFiles(
        ["a.txt", "b.txt", "c.txt"].map((name) => ({
          name,
          mimeType: "text/plain",
          buffer: Buffer.alloc(1000, name),
        })),
      );
      const totals = page.locator("#totals");
      await expect.poll(async () => totals.textContent()).toContain("0 of 3 files");
      expect(await totals.textContent()).toContain("of 3 kB");
      await settled("a.txt", "sending");
      await page.getByRole("button", { name: "Pause all" }).click();
      await settled("a.txt", "paused");
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await page.getByRole("button", { name: "Resume all" }).click();
      for (const name of ["a.txt", "b.txt", "c.txt"]) await settled(name, "completed");
      expect(await totals.textContent()).toContain("3 of 3 files");
      await page.getByRole("button", { name: "Clear" }).click();
      await expect.poll(async () => page.locator("#uploads li").count()).toBe(0);
    });

    it("continues a paused upload after a reload", async () => {
      await open();
      const bytes = Buffer.alloc(30 * MiB, 7);
      bytes.write("the first bytes");
      // On disk, because the file is also identified by its modification time.
      const folder = mkdtempSync(join(tmpdir(), "page-"));
      const path = join(folder, "clip.mp4");
      writeFileSync(path, bytes);
      await choosePolicy("video");
      // All parts but the first wait, so that there is something to pause.
      await page.route(/partNumber=(?!1&)/, async () => undefined);
      const first = page.waitForResponse(/partNumber=1&/);
      await page.locator("#files").setInputFiles(path);
      expect((await first).status()).toBe(200);
      await (await first).finished();
      await page.getByRole("button", { name: "Pause: clip.mp4" }).click();
      await settled("clip.mp4", "paused");

      await page.unrouteAll({ behavior: "ignoreErrors" });
      const sentAfter: string[] = [];
      page.on("request", (request) => {
        const number = new URL(request.url()).searchParams.get("partNumber");
        if (request.method() === "PUT" && number) sentAfter.push(number);
      });
      await page.reload();
      await expect
        .poll(async () => page.locator("#interrupted").textContent())
        .toContain("clip.mp4");
      await page.locator("#files").setInputFiles(path);
      await settled("clip.mp4", "completed");
      expect(sentAfter).not.toContain("1");
      await expect.poll(async () => page.locator("#side pre").count()).toBe(1);
      const stored = await server.read((await readReceipt()).upload.key);
      expect(Buffer.compare(stored?.bytes ?? new Uint8Array(), bytes)).toBe(0);
      rmSync(folder, { recursive: true });
    });

    it("leaves nothing behind if an upload is cancelled", async () => {
      await open();
      await choosePolicy("video");
      await page.route(/partNumber=2/, async () => undefined);
      await choose("gone.mp4", "video/mp4", Buffer.alloc(20 * MiB, 1));
      await page.getByRole("button", { name: "Cancel: gone.mp4" }).click();
      await settled("gone.mp4", "aborted");
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await page.reload();
      expect(await page.locator("#interrupted").isHidden()).toBe(true);
    });

    it("says so if a cancelled upload could not be deleted", async () => {
      await open();
      await choosePolicy("video");
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
      await settled("kept.mp4", "sending");
      await page.getByRole("button", { name: "Cancel: kept.mp4" }).click();
      await expect
        .poll(async () => page.locator("#announcement").textContent())
        .toBe("kept.mp4: Could not be cancelled: something may be left in the store.");
    });
  });

  describe("Break it", () => {
    const outcome = () => page.locator("#outcome");
    const attempt = async (name: string) => page.getByRole("button", { name }).click();

    it.each([
      ["Send a longer file", "403SignatureDoesNotMatch", "content-length7080"],
      ["Send another type", "403SignatureDoesNotMatch", "content-typeimage/pngtext/html"],
      ["Send the same file twice", "412PreconditionFailed", "if-none-match**"],
      ["Change the key", "403SignatureDoesNotMatch", "somebody-else.png"],
      ["Add a copy source", "403SignatureDoesNotMatch", "x-amz-copy-sourceempty/uploads/"],
    ])("shows the store's own refusal: %s", async (name, refusal, broken) => {
      await open();
      const answers: number[] = [];
      page.on("response", (response) => {
        if (response.request().method() === "PUT") answers.push(response.status());
      });
      await attempt(name);
      await expect.poll(async () => outcome().textContent()).toContain(refusal);
      expect(await outcome().locator(".broken").textContent()).toContain(broken);
      expect(answers.at(-1)).toBe(Number(refusal.slice(0, 3)));
    });

    it("waits until a ticket has expired, and shows what the store says then", async () => {
      await open();
      await attempt("Wait until it expires");
      await expect.poll(async () => outcome().textContent()).toContain("Waiting until");
      await expect
        .poll(async () => outcome().textContent(), { timeout: 15_000 })
        .toContain("403ExpiredRequest");
    });

    it("tries all six, under every policy, and counts what was refused", async () => {
      await open();
      for (const policy of ["avatar", "video"]) {
        await choosePolicy(policy);
        await attempt("Try all six");
        await expect
          .poll(async () => page.locator("#tally").textContent(), { timeout: 30_000 })
          .toBe("6 of 6 refused");
      }
    });

    it("raises an alarm if the store accepts what was not signed", async () => {
      await open();
      await page.route("**/cdn-cgi/**", async (route) => route.fulfill({ status: 200 }));
      await attempt("Change the key");
      const alarm = page.getByRole("alert");
      await expect.poll(async () => alarm.count()).toBe(1);
      expect(await alarm.textContent()).toContain("The store took what the ticket did not allow");
      expect(await page.locator("#tally").textContent()).toBe("0 of 1 refused");
      expect(await findViolations(page)).toEqual([]);
    });

    it("says that there was no answer if the browser blocks the request", async () => {
      await open();
      await page.route("**/cdn-cgi/**", async (route) => route.abort());
      await attempt("Add a copy source");
      await expect.poll(async () => outcome().textContent()).toContain("No answer");
      expect(await page.locator("#tally").isHidden()).toBe(true);
    });
  });

  describe("with a keyboard", () => {
    it("reaches everything in the order of the page", async () => {
      await open();
      const order: string[] = [];
      for (let step = 0; step < 7; step += 1) {
        await page.keyboard.press("Tab");
        order.push(await page.evaluate(() => document.activeElement?.id ?? ""));
      }
      expect(order).toEqual(["user", "", "language", "tab-photo", "policy", "files", "break-all"]);
    });

    it("chooses a policy with the arrows, a file with the space bar, and its details with Enter", async () => {
      await open();
      await page.locator("#tab-photo").focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("tab-document");
      const chosen = page.waitForEvent("filechooser");
      await page.locator("#files").focus();
      await page.keyboard.press("Space");
      const files = ["one.txt", "two.txt"].map((name) => ({
        name,
        mimeType: "text/plain",
        buffer: Buffer.from(name),
      }));
      await (await chosen).setFiles(files);
      for (const { name } of files) await settled(name, "completed");
      await row("one.txt").getByRole("button").first().focus();
      await page.keyboard.press("Enter");
      expect(await page.locator("#side h2").textContent()).toBe("one.txt");
    });

    it("opens the details of a file in a sheet on a phone, and gives the focus back", async () => {
      await open({ viewport: { width: 390, height: 844 } });
      await choose("a.png", "image/png", picture(50));
      await settled("a.png", "completed");
      await page.getByRole("button", { name: "a.png", exact: true }).click();
      const sheet = page.getByRole("dialog", { name: "a.png" });
      await expect.poll(async () => sheet.textContent()).toContain("Signature valid");
      await page.keyboard.press("Escape");
      expect(await sheet.isVisible()).toBe(false);
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("a.png");
    });
  });

  it.each([
    ["light", "en-US", 1280],
    ["dark", "ko-KR", 1280],
    ["light", "ko-KR", 360],
    ["dark", "en-US", 360],
  ] as const)(
    "is accessible in every state: %s, %s, %i wide",
    async (colorScheme, locale, width) => {
      await open({ colorScheme, locale, viewport: { width, height: 800 } });
      const check = async (state: string) => {
        expect(await findViolations(page), state).toEqual([]);
        expect(await overflow(), state).toBeLessThanOrEqual(0);
        await shoot(`page-${colorScheme}-${width}-${state}`);
      };
      await check("idle");
      await choosePolicy("limited");
      await page.locator("meter").first().waitFor();
      await check("quota");
      await choosePolicy("video");
      await page.route(/partNumber=2/, async () => undefined);
      await choose("clip.mp4", "video/mp4", Buffer.alloc(20 * MiB, 1));
      await settled("clip.mp4", "sending");
      await check("sending");
      await page.locator("#all button").first().click();
      await settled("clip.mp4", "paused");
      await check("paused");
      await page.locator("#all button").first().click();
      await settled("clip.mp4", "sending");
      await row("clip.mp4").getByRole("button").last().click();
      await settled("clip.mp4", "aborted");
      await choosePolicy("photo");
      await choose("a.png", "image/png", picture(50));
      await settled("a.png", "completed");
      await choose("b.txt", "text/plain", Buffer.from("b"));
      await settled("b.txt", "failed");
      await page.locator("#gallery img").waitFor();
      await check("ended");
      await page.locator("#attempts button").first().click();
      await page.locator("#outcome table").waitFor();
      await page.locator("#outcome summary").click();
      await check("refused");
      await page.getByRole("button", { name: "a.png", exact: true }).click();
      await check("details");
    },
  );
});
