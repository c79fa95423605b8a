/** What every version of Uppy has to do, in a real browser, with what its users do with it. */
import type { Browser, Page, Request, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mintDevelopmentToken } from "../../../cli/mint.ts";
import { contentOf } from "../../uppy/content.ts";
import type { Driver, Outcome, Settings } from "../../uppy/driver.ts";
import { servePages, startBrowser, type Pages, type Version } from "./browser.ts";
import { startFixture, type Server } from "./server.ts";

const MiB = 2 ** 20;
/** Three parts, as Uppy cuts: 5, 5 and 2 MiB. */
export const LARGE = 12 * MiB;
/** How long the Worker takes a token for after it expired. */
const TOLERANCE_SECONDS = 30;

/** A page, and what its test sees of it. */
export interface UppyPage {
  readonly run: <Name extends keyof Driver>(
    name: Name,
    ...args: Parameters<Driver[Name]>
  ) => Promise<Awaited<ReturnType<Driver[Name]>>>;
  readonly start: (settings?: Partial<Settings>) => Promise<number>;
  /** Adds a file and sends it. */
  readonly send: (name: string, type: string, size: number) => Promise<Outcome>;
  /** Keeps the PUTs of these parts from arriving, until they are let go: the first of them, once it is sent. */
  readonly hold: (...partNumbers: readonly number[]) => Promise<Held>;
  readonly reload: () => Promise<void>;
  readonly page: Page;
  /** Every PUT to the store that was answered, by its part's number; 0 for a whole file. */
  readonly puts: readonly number[];
}

interface Held {
  readonly first: Promise<Request>;
  readonly letGo: () => Promise<void>;
}

/** The service, the browser and the page of one version. */
export interface Setting {
  readonly server: () => Server;
  readonly open: (settings?: Partial<Settings>) => Promise<UppyPage>;
  /** What is stored under the one key of an outcome without errors. */
  readonly expectStored: (outcome: Outcome, size: number) => Promise<void>;
}

/** Starts everything before the tests of a file, and ends it after them. */
export function useUppy(version: Version, mode: Settings["mode"]): Setting {
  let server: Server;
  let browser: Browser;
  let pages: Pages;
  beforeAll(async () => {
    [server, browser, pages] = await Promise.all([
      startFixture(),
      startBrowser(),
      servePages(version),
    ]);
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    await Promise.all([server.close(), pages.close()]);
  });

  const open = async (settings: Partial<Settings> = {}): Promise<UppyPage> => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(pages.url);
    const token = await mintDevelopmentToken("alice", { expiresInSeconds: 600 });
    const usual = {
      mode,
      service: server.url,
      token,
      policy: "page",
      isInParts: mode === "companion",
    };
    const uppy = drive(page, { ...usual, ...settings });
    if (!settings.isRestoring) await uppy.start();
    return uppy;
  };

  return {
    server: () => server,
    open,
    async expectStored({ bodies, errors, successes }, size) {
      expect(errors).toEqual([]);
      expect(successes).toBe(1);
      const stored = await server.read(bodies[0]?.["key"] ?? "");
      expect(stored?.bytes).toHaveLength(size);
      expect(Buffer.from(contentOf(size)).equals(stored?.bytes ?? new Uint8Array())).toBe(true);
      expect(bodies).toHaveLength(1);
    },
  };
}

function drive(page: Page, usual: Settings): UppyPage {
  const puts: number[] = [];
  page.on("response", (response) => {
    if (response.request().method() === "PUT" && response.ok())
      puts.push(partOf(response.request()));
  });
  const run: UppyPage["run"] = async (name, ...args) =>
    page.evaluate(
      async ([called, given]) => {
        const { driver } = globalThis as unknown as {
          driver: Record<string, (...all: readonly unknown[]) => unknown>;
        };
        return driver[called]?.(...given);
      },
      [name, args] as const,
    ) as never;
  return {
    page,
    puts,
    run,
    start: async (settings = {}) => run("start", { ...usual, ...settings }),
    async send(...file) {
      await run("add", ...file);
      return run("upload");
    },
    async hold(...partNumbers) {
      const isHeld = (url: URL) => partNumbers.includes(Number(url.searchParams.get("partNumber")));
      const first = page.waitForRequest(
        (request) => request.method() === "PUT" && isHeld(new URL(request.url())),
      );
      const keep = () => undefined;
      await page.route(isHeld, keep);
      return { first, letGo: async () => page.unroute(isHeld, keep) };
    },
    reload: async () => void (await page.reload()),
  };
}

function partOf(request: Request): number {
  return Number(new URL(request.url()).searchParams.get("partNumber") ?? 0);
}

/** Waits until as many parts have arrived, as Uppy counts them. */
export async function waitForParts(uppy: UppyPage, count: number): Promise<void> {
  await expect.poll(async () => uppy.run("countParts"), { timeout: 15_000 }).toBe(count);
}

/** A token that the Worker takes for that long. */
export async function tokenForSeconds(seconds: number): Promise<string> {
  return mintDevelopmentToken("alice", { expiresInSeconds: seconds - TOLERANCE_SECONDS });
}

/** Holds the first request that has to do with part 2 until the token is of no use any more. */
export async function expireBeforePart2(uppy: UppyPage, seconds: number): Promise<void> {
  const isSigning = (url: URL) => url.pathname.endsWith("/2") && url.searchParams.has("key");
  await uppy.page.route(
    isSigning,
    async (route: Route) => {
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      await route.continue();
    },
    { times: 1 },
  );
}

/** What has to go well with every version, in every mode. */
export function describeUploads({ open, server, expectStored }: Setting): void {
  describe("a small file", () => {
    it("is stored to the byte, with its type and the metadata that the policy has", async () => {
      const outcome = await (await open()).send("a.txt", "text/plain", 5);
      await expectStored(outcome, 5);
      const stored = await server().read(outcome.bodies[0]?.["key"] ?? "");
      expect(stored?.contentType).toBe("text/plain");
      expect(Object.keys(stored?.metadata ?? {})).toEqual(["album"]);
    });

    it("keeps its Korean name, also as a Mac writes it", async () => {
      for (const name of ["여행 사진.txt", "여행 사진.txt".normalize("NFD")]) {
        const outcome = await (await open()).send(name, "text/plain", 7);
        await expectStored(outcome, 7);
        expect(outcome.bodies[0]?.["key"]).toMatch(/^pages\/alice\/[\w-]+\/여행 사진\.txt$/);
      }
    });
  });

  describe("a file of 12 MiB", () => {
    it("is stored to the byte, as a multipart upload", async () => {
      const uppy = await open({ isInParts: true });
      await expectStored(await uppy.send("a.bin", "application/octet-stream", LARGE), LARGE);
      expect(uppy.puts.toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    });

    it("leaves nothing when it is cancelled", async () => {
      const uppy = await open({ isInParts: true });
      const held = await uppy.hold(2);
      await uppy.run("add", "a.txt", "text/plain", LARGE);
      const upload = uppy.run("upload");
      const part = await held.first;
      await expect.poll(async () => uppy.run("countParts")).toBeGreaterThan(0);
      const aborted = uppy.page.waitForResponse(
        (response) => response.request().method() === "DELETE",
      );
      await uppy.run("cancel");
      expect((await aborted).ok()).toBe(true);
      await upload;
      const late = await fetch(part.url(), { method: "PUT", body: contentOf(5 * MiB) });
      expect(late.status).toBe(404);
      const key = decodeURIComponent(new URL(part.url()).pathname.split("/uploads/")[1] ?? "");
      expect(key).toMatch(/^pages\/alice\//);
      expect(await server().read(key)).toBeUndefined();
    });
  });
}
