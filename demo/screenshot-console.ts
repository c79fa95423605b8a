/** Pictures of `edge-presigner console`, with a webhook that waits and an upload that was rejected. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { createRefusals } from "../cli/console/refusals.ts";
import { serveConsole } from "../cli/console/serve.ts";
import { askForTicket, call, put, startServer, tokenFor } from "../test/e2e/support/server.ts";

/** The one that docs/console.md shows. */
const HERO = join(import.meta.dirname, "../docs/console.webp");
const QUALITY = 70;
const PNG = { policy: "limited", contentType: "image/png" };

/** Starts a server whose receiver accepts nothing, and saves the pictures in the folder. */
export async function shootConsole(browser: Browser, folder: string): Promise<void> {
  const receiver = createServer((_, response) => response.writeHead(503).end());
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const address = receiver.address();
  if (address === null || typeof address === "string") throw new Error("There is no port");
  const server = await startServer({ WEBHOOK_URL: `http://127.0.0.1:${address.port}/hook` });
  const refusals = createRefusals(Date.now);
  const served = await serveConsole({ url: new URL(server.url), port: 0, refusals, hasLog: true });
  try {
    const token = tokenFor("alice");
    for (const [size, sent] of [
      [348_211, 348_211],
      [120_000, 120_000],
      [5000, undefined],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- in the order in which they are listed
      const ticket = await askForTicket(server, token, { ...PNG, size });
      if (sent === undefined) continue;
      // oxlint-disable-next-line no-await-in-loop -- as above
      await put(ticket, new Uint8Array(sent));
      // oxlint-disable-next-line no-await-in-loop -- as above
      await call(server, token, "POST", `/v1/uploads/${ticket.id}/complete`);
    }
    for (const [name, locale, colorScheme] of [
      ["console-en-light", "en-US", "light"],
      ["console-ko-dark", "ko-KR", "dark"],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other: they share a machine
      const context = await browser.newContext({
        locale,
        colorScheme,
        viewport: { width: 1100, height: 700 },
        deviceScaleFactor: 2,
      });
      // oxlint-disable-next-line no-await-in-loop -- as above
      const page = await context.newPage();
      // oxlint-disable-next-line no-await-in-loop -- as above
      await page.goto(`${served.url}user?user=alice`);
      // oxlint-disable-next-line no-await-in-loop -- as above
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
      // oxlint-disable-next-line no-await-in-loop -- as above
      if (name === "console-en-light") await saveHero(page);
      // oxlint-disable-next-line no-await-in-loop -- as above
      await context.close();
    }
  } finally {
    served.close();
    await server.close();
    receiver.close();
  }
}

/** Chromium writes WebP itself. */
async function saveHero(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", {
    format: "webp",
    quality: QUALITY,
    captureBeyondViewport: true,
  });
  writeFileSync(HERO, Buffer.from(data, "base64"));
}
