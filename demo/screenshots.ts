/** `npm run screenshots`: pictures of the page, on a desktop and a phone, in both languages, light and dark. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { startBrowser } from "../test/e2e/support/browser.ts";
import { startServer } from "../test/e2e/support/server.ts";
import { shootConsole } from "./screenshot-console.ts";
import { FONT_CONTEXT, useFont } from "./screenshot-font.ts";
import { drawPictures, type Chosen } from "./screenshot-files.ts";

/** Git ignores this folder. */
const OUT = join(import.meta.dirname, "screenshots");
/** The one that the README shows. */
const HERO = join(import.meta.dirname, "../docs/page.webp");
const HERO_LOOK = "desktop-en-light";
const HERO_QUALITY = 75;
const MARGIN = 20;

const LOOKS = {
  desktop: { viewport: { width: 1280, height: 1000 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const;

const MiB = 2 ** 20;

mkdirSync(OUT, { recursive: true });
await import("./build.ts");
const [server, browser] = await Promise.all([startServer(), startBrowser()]);
try {
  const pictures = await drawPictures(browser);
  for (const [device, look] of Object.entries(LOOKS))
    for (const locale of ["en-US", "ko-KR"])
      for (const colorScheme of ["light", "dark"] as const)
        // oxlint-disable-next-line no-await-in-loop -- one after the other: they share a machine
        await shoot(`${device}-${locale.slice(0, 2)}-${colorScheme}`, pictures, {
          ...look,
          locale,
          colorScheme,
          deviceScaleFactor: 2,
        });
  await shootConsole(browser, OUT);
} finally {
  await browser.close();
  await server.close();
}

/** Opens the page, uploads files, tries to break tickets, and saves the pictures. */
async function shoot(
  name: string,
  pictures: readonly Chosen[],
  look: BrowserContextOptions,
): Promise<void> {
  const context = await browser.newContext({ ...look, ...FONT_CONTEXT });
  const page = await context.newPage();
  await page.goto(server.url);
  await useFont(page);
  await save(page, `${name}-idle`);
  await upload(page, pictures);
  await page.locator("#break-all").click();
  await page.locator("#attempts .badge").nth(5).waitFor({ timeout: 30_000 });
  await page.locator("#attempts button").first().click();
  await page.locator("#attempts .badge").nth(5).waitFor();
  await page.mouse.move(0, 0);
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
  await save(page, name);
  if (name === HERO_LOOK) await saveHero(page);
  await page.locator("#uploads .name").last().click();
  await save(page, `${name}-file`, false);
  if (await page.locator("dialog[open]").isVisible()) await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "limited" }).click();
  await page.locator("#files").setInputFiles(pictures[0] ? [pictures[0]] : []);
  await page.locator("#meters meter").first().waitFor();
  await page.locator("#uploads li").first().and(page.locator("[data-state='completed']")).waitFor();
  await page.mouse.move(0, 0);
  await page.evaluate(() => scrollTo(0, 0));
  await save(page, `${name}-limited`, false);
  await context.close();
}

/** Uploads some pictures, a type that is refused, and a video that is half sent. */
async function upload(page: Page, pictures: readonly Chosen[]): Promise<void> {
  const files = page.locator("#files");
  await files.setInputFiles([...pictures]);
  await page
    .locator("#uploads [data-state='completed']")
    .nth(pictures.length - 1)
    .waitFor();
  await files.setInputFiles({
    name: "report.html",
    mimeType: "text/html",
    buffer: Buffer.from("<p>Report</p>"),
  });
  await page.locator("#uploads [data-state='failed']").waitFor();
  await page.getByRole("tab", { name: "video" }).click();
  // The last parts wait.
  await page.route(/partNumber=[345]&/, async () => undefined);
  await files.setInputFiles({
    name: "바다.mp4",
    mimeType: "video/mp4",
    buffer: Buffer.alloc(40 * MiB, 7),
  });
  await page.locator("#uploads [data-state='sending']").waitFor();
  await page.waitForTimeout(1500);
  await page.getByRole("tab", { name: "photo" }).click();
  await page.locator("#uploads .name").nth(2).click();
  if (await page.locator("dialog[open]").isVisible()) await page.keyboard.press("Escape");
  await page
    .locator("#gallery img")
    .nth(pictures.length - 1)
    .waitFor();
}

async function save(page: Page, name: string, fullPage = true): Promise<void> {
  await page.screenshot({ path: join(OUT, `${name}.png`), fullPage });
}

/** From the top to the end of "Break it". Chromium writes WebP itself. */
async function saveHero(page: Page): Promise<void> {
  const end = await page.locator(".attempts").boundingBox();
  const scrolled = await page.evaluate(() => scrollY);
  const height = (end?.y ?? 0) + scrolled + (end?.height ?? 0) + MARGIN;
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", {
    format: "webp",
    quality: HERO_QUALITY,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: LOOKS.desktop.viewport.width, height, scale: 1 },
  });
  writeFileSync(HERO, Buffer.from(data, "base64"));
}
