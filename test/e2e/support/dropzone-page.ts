/** Controls a page with the dropzone, as its user would. */
import { join } from "node:path";
import type {
  Browser,
  BrowserContextOptions,
  CDPSession,
  Locator,
  Page,
  Route,
} from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { serveProgram, startBrowser, type Pages } from "./browser.ts";
import { startFixture, tokenFor, type Server } from "./server.ts";

const FOLDER = join(import.meta.dirname, "../../client/page");
/** The machine may be slow. */
const PATIENCE = { timeout: 30_000 };

export interface DropzonePage {
  readonly page: Page;
  readonly dropzone: Locator;
  readonly row: (name: string) => Locator;
  readonly button: (name: string) => Locator;
  /** Opens the file chooser with the button, and chooses files from the disk. */
  readonly choose: (...paths: readonly string[]) => Promise<void>;
  /** Drags files from the disk over an element, as the operating system does, and perhaps drops them. */
  readonly drag: (over: Locator, paths: readonly string[], end?: "drop" | "stay") => Promise<void>;
  readonly waitFor: (name: string, state: string) => Promise<void>;
  /** Holds every PUT until `release` is called. */
  readonly holdPuts: () => Promise<{ readonly release: () => Promise<void> }>;
  readonly events: () => Promise<readonly string[]>;
}

export interface DropzoneSetting {
  readonly server: () => Server;
  readonly open: (
    attributes?: Readonly<Record<string, string>>,
    look?: BrowserContextOptions,
  ) => Promise<DropzonePage>;
}

/** Starts the servers and the browser before the tests of a file, and closes them afterwards. */
export function useDropzone(): DropzoneSetting {
  let server: Server;
  let browser: Browser;
  let pages: Pages;
  beforeAll(async () => {
    [server, browser, pages] = await Promise.all([
      startFixture(),
      startBrowser(),
      serveProgram('import "./dropzone.ts";', FOLDER),
    ]);
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    await Promise.all([server.close(), pages.close()]);
  });
  return {
    server: () => server,
    async open(attributes = {}, look = {}) {
      const context = await browser.newContext({ locale: "en-US", ...look });
      const page = await context.newPage();
      const token = tokenFor("alice");
      const settings = { endpoint: server.url, name: "receipt", policy: "photo", token };
      const hash = encodeURIComponent(JSON.stringify({ ...settings, ...attributes }));
      await page.goto(`${pages.url}#${hash}`);
      const session = await context.newCDPSession(page);
      await page.locator("edge-presigner-dropzone").waitFor();
      return control(page, session);
    },
  };
}

function control(page: Page, session: CDPSession): DropzonePage {
  const dropzone = page.locator("edge-presigner-dropzone");
  const row = (name: string) => dropzone.locator("li").filter({ hasText: name });
  return {
    page,
    dropzone,
    row,
    button: (name) => dropzone.getByRole("button", { name, exact: true }),
    async choose(...paths) {
      const chooser = page.waitForEvent("filechooser");
      await dropzone.locator("[part=button]").click();
      await (await chooser).setFiles([...paths]);
    },
    async drag(over, paths, end = "drop") {
      const box = await over.boundingBox();
      if (!box) throw new Error("There is nothing to drag over");
      const place = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      const data = { items: [], files: [...paths], dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", ...(end === "drop" ? ["drop"] : [])] as const)
        await session.send("Input.dispatchDragEvent", { type, ...place, data } as never);
    },
    waitFor: async (name, state) =>
      expect.poll(async () => row(name).getAttribute("data-state", PATIENCE), PATIENCE).toBe(state),
    async holdPuts() {
      const isStore = /\/cdn-cgi\//;
      const held: Route[] = [];
      const keep = (route: Route) => void held.push(route);
      await page.route(isStore, keep);
      return {
        async release() {
          await page.unroute(isStore, keep);
          // Those of a paused upload are no more.
          await Promise.all(held.map(async (route) => route.continue().catch(() => undefined)));
        },
      };
    },
    events: async () => page.evaluate("globalThis.events"),
  };
}
