import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROBLEMS } from "../../src/problem.ts";
import { startBrowser } from "../e2e/support/browser.ts";
import { startServer, type Server } from "../e2e/support/server.ts";
import { findViolations } from "./support/violations.ts";

const SCREENSHOTS = join(import.meta.dirname, "../screenshots");

describe("the reference at /docs", () => {
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await import("../../demo/build.ts");
    [server, browser] = await Promise.all([startServer(), startBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const open = async (look: BrowserContextOptions = {}): Promise<Page> => {
    const page = await (await browser.newContext(look)).newPage();
    await page.goto(`${server.url}/docs`);
    return page;
  };

  it("has every route and every code, and asks no other host", async () => {
    const page = await (await browser.newContext()).newPage();
    const asked: string[] = [];
    const refused: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => refused.push(message.text()));
    await page.goto(`${server.url}/docs`);
    expect(asked).toEqual([`${server.url}/docs`, `${server.url}/docs.css`]);
    expect(refused).toEqual([]);
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      readonly paths: Readonly<Record<string, object>>;
    };
    const routes = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
    expect(await page.locator("nav a[href^='#']").count()).toBe(routes.length + 1);
    expect(await page.locator("main h3").count()).toBe(
      routes.length + Object.keys(PROBLEMS).length,
    );
  });

  it("has no link without a target, and no id twice", async () => {
    const page = await open();
    const [targets, ids] = await page.evaluate(() => [
      [...document.querySelectorAll("a[href^='#']")].map((a) => a.getAttribute("href") ?? ""),
      [...document.querySelectorAll("[id]")].map(({ id }) => `#${id}`),
    ]);
    expect(targets?.filter((target) => !ids?.includes(target))).toEqual([]);
    expect(new Set(ids).size).toBe(ids?.length);
  });

  it("works by keyboard", async () => {
    const page = await open();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
    const summary = page.locator("#createUpload ~ details summary").first();
    await summary.focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("#createUpload ~ details").first().getAttribute("open")).toBe("");
  });

  it("has no violation that axe-core knows, in light and dark, on a phone too", async () => {
    for (const [name, look] of [
      ["light", { viewport: { width: 1280, height: 900 } }],
      ["dark", { colorScheme: "dark" }],
      ["phone", { viewport: { width: 375, height: 800 } }],
    ] as const) {
      const page = await open(look);
      expect(await findViolations(page), name).toEqual([]);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        name,
      ).toBe(true);
      await page.screenshot({ path: join(SCREENSHOTS, `docs-${name}.png`) });
    }
  });
});
