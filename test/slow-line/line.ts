/** A page on a slow line: what a measurement does with it. */
import { join } from "node:path";
import type { Browser, CDPSession, Page } from "playwright-core";
import { mintDevelopmentToken } from "../../cli/mint.ts";
import { installUppy, serveProgram, startBrowser, type Pages } from "../e2e/support/browser.ts";
import { startFixture, type Server } from "../e2e/support/server.ts";
import { openFronts, type Counts } from "./fronts.ts";
import type { Outcome, Subject } from "./page/subject.ts";

export const CLIENTS = ["queue", "start", "uppy-5", "uppy-5-helped"] as const;
export type ClientName = (typeof CLIENTS)[number];

export interface LineOptions {
  readonly client: ClientName;
  /** A policy of test/e2e/fixture has tickets of this life. */
  readonly ticketSeconds: 3 | 20 | 60;
  /** What passes in a second, in both directions together with all requests of the page. */
  readonly bytesPerSecond: number;
}

export interface Line {
  readonly start: (count: number, sizeBytes: number, endpoint?: string) => Promise<void>;
  readonly finish: () => Promise<Outcome>;
  readonly readSentBytes: () => Promise<number>;
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly reload: () => Promise<void>;
  readonly setOffline: (isOffline: boolean) => Promise<void>;
  readonly readCounts: () => Counts;
  /** How many of these keys the store has, each with that size. */
  readonly countStored: (keys: readonly string[], sizeBytes: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

const PAGES = join(import.meta.dirname, "page");
const ROUND_TRIP_MS = 40;

const programOf = (isHelped: boolean) => `
  import Uppy from "@uppy/core";
  import AwsS3 from "@uppy/aws-s3";
  import GoldenRetriever from "@uppy/golden-retriever";
  import { offerUppy } from "${PAGES}/uppy-5.ts";
  offerUppy({ Uppy, AwsS3, GoldenRetriever }, ${isHelped});
`;

const SERVE = {
  queue: async () => serveProgram('import "./queue.ts";', PAGES),
  start: async () => serveProgram('import "./start.ts";', PAGES),
  "uppy-5": async () => serveProgram(programOf(false), installUppy(5)),
  "uppy-5-helped": async () => serveProgram(programOf(true), installUppy(5)),
} satisfies Record<ClientName, () => Promise<Pages>>;

/** A Worker with its store, and a browser: for several lines. */
export interface Ends {
  readonly server: Server;
  readonly browser: Browser;
  readonly close: () => Promise<void>;
}

export async function startEnds(): Promise<Ends> {
  const [server, browser] = await Promise.all([startFixture(), startBrowser()]);
  return {
    server,
    browser,
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Opens a page on a line of its own. */
export async function openLine(
  { server, browser }: Ends,
  { client, ticketSeconds, bytesPerSecond }: LineOptions,
): Promise<Line> {
  const pages = await SERVE[client]();
  const fronts = await openFronts(new URL(server.url));
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(pages.url);
  const session = await context.newCDPSession(page);
  await throttle(session, bytesPerSecond, false);
  const token = await mintDevelopmentToken("alice", { expiresInSeconds: 7200 });
  const policy = `line-${ticketSeconds}`;
  return {
    ...drive(page),
    start: async (count, sizeBytes, endpoint = fronts.serviceUrl) =>
      page.evaluate(async ([settings, ...files]) => subject.start(settings, ...files), [
        { endpoint, token, policy },
        count,
        sizeBytes,
      ] as const),
    async setOffline(isOffline) {
      await throttle(session, bytesPerSecond, isOffline);
      // The browser only holds back what it has begun to send, and sends it again by itself.
      fronts.setCut(isOffline);
    },
    readCounts: fronts.readCounts,
    async countStored(keys, sizeBytes) {
      let count = 0;
      for (const key of new Set(keys)) {
        // oxlint-disable-next-line no-await-in-loop -- one object in memory at a time
        const stored = await server.read(key);
        if (stored?.bytes.length === sizeBytes) count += 1;
      }
      return count;
    },
    async close() {
      await context.close();
      await Promise.all([pages.close(), fronts.close()]);
    },
  };
}

/** The page offers it under this name. */
declare const subject: Subject;

function drive(page: Page): Pick<Line, "finish" | "readSentBytes" | "pause" | "resume" | "reload"> {
  return {
    finish: async () => page.evaluate(async () => subject.finish()),
    readSentBytes: async () => page.evaluate(() => subject.readSentBytes()),
    pause: async () => page.evaluate(() => subject.pause()),
    resume: async () => page.evaluate(() => subject.resume()),
    reload: async () => void (await page.reload()),
  };
}

async function throttle(
  session: CDPSession,
  bytesPerSecond: number,
  offline: boolean,
): Promise<void> {
  await session.send("Network.emulateNetworkConditions", {
    offline,
    latency: ROUND_TRIP_MS,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
}
