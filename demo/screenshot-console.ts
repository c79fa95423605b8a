/** Pictures of `edge-presigner console`, after a minute of traffic, with a webhook that waits and an upload that was rejected. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { createConsoleLog } from "../cli/console/log.ts";
import { serveConsole } from "../cli/console/serve.ts";
import { loadConfig } from "../cli/load-config.ts";
import { askForTicket, call, put, startServer, tokenFor } from "../test/e2e/support/server.ts";
import { sendTraffic } from "./real-traffic.ts";
import { FONT_CONTEXT, useFont } from "./screenshot-font.ts";

const DOCS = join(import.meta.dirname, "../docs");
const QUALITY = 50;
const WIDTH = 1100;
const MARGIN = 2;
const SCALE = 1.25;
const PNG = { policy: "limited", contentType: "image/png" };
const LOOKS = [
  ["en-light", "en-US", "light"],
  ["ko-dark", "ko-KR", "dark"],
] as const;

/** Starts a server whose receiver accepts nothing, and saves the pictures in the folder. Those of the docs are in English. */
export async function shootConsole(browser: Browser, folder: string): Promise<void> {
  const receiver = createServer((_, response) => response.writeHead(503).end());
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const address = receiver.address();
  if (address === null || typeof address === "string") throw new Error("There is no port");
  const hook = `http://127.0.0.1:${address.port}/hook`;
  const server = await startServer({ WEBHOOK_URL: hook, LOG_REQUESTS: "all" });
  const log = createConsoleLog(Date.now, "live");
  const { config } = await loadConfig("dev/presigner.config.ts", {});
  const served = await serveConsole({ url: new URL(server.url), port: 0, log, config });
  try {
    let readLines = 0;
    await sendTraffic(server, () => {
      const lines = server.readLog();
      for (const line of lines.slice(readLines)) log.read(line);
      readLines = lines.length;
    });
    writeFileSync(join(folder, "dev.log"), `${server.readLog().join("\n")}\n`);
    const key = await uploadSome(server);
    // Of a long list the beginning is enough.
    const pages = [
      { name: "overview", path: "", maxHeight: 920 },
      { name: "user", path: "user?user=nina", maxHeight: 1300 },
      { name: "object", path: `object?key=${encodeURIComponent(key)}`, maxHeight: 920 },
      { name: "costs", path: "costs", maxHeight: 1300 },
    ];
    for (const [look, locale, colorScheme] of LOOKS) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other: they share a machine
      const context = await browser.newContext({
        locale,
        colorScheme,
        viewport: { width: WIDTH, height: 100 },
        deviceScaleFactor: 1,
        ...FONT_CONTEXT,
      });
      // oxlint-disable-next-line no-await-in-loop -- as above
      const page = await context.newPage();
      for (const { name, path, maxHeight } of pages) {
        // oxlint-disable-next-line no-await-in-loop -- as above
        await page.goto(served.url + path);
        // oxlint-disable-next-line no-await-in-loop -- as above
        await useFont(page);
        // oxlint-disable-next-line no-await-in-loop -- as above
        await page.screenshot({
          path: join(folder, `console-${name}-${look}.png`),
          fullPage: true,
        });
        // oxlint-disable-next-line no-await-in-loop -- as above
        if (look === "en-light") await savePicture(page, name, maxHeight);
      }
      // oxlint-disable-next-line no-await-in-loop -- as above
      await context.close();
    }
  } finally {
    served.close();
    await server.close();
    receiver.close();
  }
}

/** Two completed uploads, and one whose file does not come. Returns the key of a completed one. */
async function uploadSome(server: Awaited<ReturnType<typeof startServer>>): Promise<string> {
  const token = tokenFor("nina");
  const keys: string[] = [];
  for (const [size, isSent] of [
    [348_211, true],
    [120_000, true],
    [5000, false],
  ] as const) {
    // oxlint-disable-next-line no-await-in-loop -- in the order in which they are listed
    const ticket = await askForTicket(server, token, { ...PNG, size });
    keys.push(ticket.key);
    if (!isSent) continue;
    // oxlint-disable-next-line no-await-in-loop -- as above
    await put(ticket, new Uint8Array(size));
    // oxlint-disable-next-line no-await-in-loop -- as above
    await call(server, token, "POST", `/v1/uploads/${ticket.id}/complete`);
  }
  return keys[0] ?? "";
}

/** Ends with the last row that fits. Chromium writes WebP itself. */
async function savePicture(page: Page, name: string, maxHeight: number): Promise<void> {
  const height = await page.evaluate((most) => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    scrollTo(0, 0);
    const bottoms = [...document.querySelectorAll("section, tr, li")]
      .map((element) => element.getBoundingClientRect().bottom)
      .filter((bottom) => bottom <= most);
    return Math.ceil(Math.max(...bottoms));
  }, maxHeight);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", {
    format: "webp",
    quality: QUALITY,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: WIDTH, height: height + MARGIN, scale: SCALE },
  });
  writeFileSync(join(DOCS, `console-${name}.webp`), Buffer.from(data, "base64"));
}
