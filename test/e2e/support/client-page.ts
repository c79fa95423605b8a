/** Controls a page that uploads, as its user would. */
import { join } from "node:path";
import type { Browser, Page, Request } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { mintDevelopmentToken } from "../../../cli/mint.ts";
import { serveProgram, startBrowser, type Pages } from "./browser.ts";
import { startFixture, type Server } from "./server.ts";

const FOLDER = join(import.meta.dirname, "../../client/page");

interface Shown {
  readonly id: string;
  readonly key: string;
  readonly receipt: string;
}

export interface UploadPage {
  readonly page: Page;
  /** The part number of every PUT that was answered with 200; 0 for a single-part upload. */
  readonly puts: readonly number[];
  /** Returns every value that the progress bar had. */
  readonly bar: () => Promise<readonly number[]>;
  /** Drops a file from the disk onto the page. */
  readonly drop: (path: string) => Promise<void>;
  readonly press: (button: "pause" | "resume" | "abort") => Promise<void>;
  readonly waitFor: (status: string, timeoutMs?: number) => Promise<void>;
  readonly readError: () => Promise<string>;
  readonly readResult: () => Promise<Shown>;
  /** Holds the request of this part until `release` is called. */
  readonly hold: (partNumber: number) => Promise<{
    readonly request: Promise<Request>;
    readonly release: () => Promise<void>;
  }>;
  readonly reload: () => Promise<void>;
  /** Counts the uploads in the resume storage of the browser. */
  readonly countRemembered: () => Promise<number>;
}

export interface Setting {
  readonly server: () => Server;
  /** Without an endpoint the page uses the server of the tests. */
  readonly open: (policy: string, user?: string, endpoint?: string) => Promise<UploadPage>;
}

const partOf = (url: string): number => Number(new URL(url).searchParams.get("partNumber") ?? 0);

/** Starts the servers and the browser before the tests of a file, and closes them afterwards. */
export function usePage(program: string): Setting {
  let server: Server;
  let browser: Browser;
  let pages: Pages;
  beforeAll(async () => {
    [server, browser, pages] = await Promise.all([
      startFixture(),
      startBrowser(),
      serveProgram(`import "./${program}";`, FOLDER),
    ]);
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    await Promise.all([server.close(), pages.close()]);
  });
  return {
    server: () => server,
    async open(policy, user = "alice", endpoint = server.url) {
      const token = await mintDevelopmentToken(user, { expiresInSeconds: 600 });
      const settings = new URLSearchParams({ endpoint, token, policy });
      const page = await (await browser.newContext()).newPage();
      await page.goto(`${pages.url}#${settings}`);
      return drive(page);
    },
  };
}

async function drive(page: Page): Promise<UploadPage> {
  const puts: number[] = [];
  page.on("response", (response) => {
    if (response.request().method() === "PUT" && response.ok()) puts.push(partOf(response.url()));
  });
  await watchBar(page);
  return {
    page,
    puts,
    bar: async () => page.evaluate("globalThis.bar"),
    async drop(path) {
      await page.locator("#file").setInputFiles(path);
      await page.evaluate(() => {
        const [file] = document.querySelector<HTMLInputElement>("#file")?.files ?? [];
        const dataTransfer = new DataTransfer();
        if (file) dataTransfer.items.add(file);
        const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
        document.querySelector("#drop")?.dispatchEvent(event);
      });
    },
    press: async (button) => page.locator(`#${button}`).click(),
    async waitFor(status, timeout = 40_000) {
      const read = async () =>
        `${await page.locator("#status").textContent()} ${await page.locator("#error").textContent()}`;
      await expect.poll(read, { timeout }).toMatch(new RegExp(`^${status} `));
    },
    readError: async () => (await page.locator("#error").textContent()) ?? "",
    readResult: async () =>
      JSON.parse((await page.locator("#result").textContent()) ?? "") as Shown,
    async hold(partNumber) {
      const isHeld = (url: URL) => url.searchParams.get("partNumber") === String(partNumber);
      const keep = () => undefined;
      const request = page.waitForRequest(
        (one) => one.method() === "PUT" && isHeld(new URL(one.url())),
      );
      await page.route(isHeld, keep);
      return { request, release: async () => page.unroute(isHeld, keep) };
    },
    async reload() {
      await page.reload();
      await watchBar(page);
    },
    countRemembered: async () =>
      page.evaluate(async () => {
        const settle = async <T>(request: IDBRequest<T>) =>
          new Promise<T>((resolve, reject) => {
            request.addEventListener("success", () => resolve(request.result));
            request.addEventListener("error", () => reject(request.error));
          });
        const database = await settle(indexedDB.open("edge-presigner"));
        return settle(database.transaction("uploads").objectStore("uploads").count());
      }),
  };
}

async function watchBar(page: Page): Promise<void> {
  await page.evaluate(() => {
    const bar: number[] = [];
    Object.assign(globalThis, { bar });
    const element = document.querySelector("#progress");
    const look = () => bar.push(Number(element?.getAttribute("value")));
    if (element) new MutationObserver(look).observe(element, { attributes: true });
  });
}
