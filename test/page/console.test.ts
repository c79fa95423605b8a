/** The console of operators, in a real browser: `edge-presigner console`. */
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer, request as httpRequest, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createConsoleLog } from "../../cli/console/log.ts";
import { createRefusals } from "../../cli/console/refusals.ts";
import { serveConsole } from "../../cli/console/serve.ts";
import { loadConfig } from "../../cli/load-config.ts";
import { startBrowser } from "../e2e/support/browser.ts";
import {
  askForTicket,
  call,
  put,
  startServer,
  tokenFor,
  type Server,
} from "../e2e/support/server.ts";
import { findViolations } from "./support/violations.ts";

const SCREENSHOTS = join(import.meta.dirname, "../screenshots");
const FILE = new Uint8Array(1000);
const LIMITED = { policy: "limited", contentType: "image/png", size: FILE.length };

let receiver: HttpServer;
let receiverStatus = 500;
let server: Server;
let browser: Browser;
let console: Awaited<ReturnType<typeof serveConsole>>;
const log = createConsoleLog(Date.now, "live");
let readLines = 0;

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  receiver = createServer((_, response) => response.writeHead(receiverStatus).end());
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const { port } = receiver.address() as AddressInfo;
  server = await startServer({
    WEBHOOK_URL: `http://127.0.0.1:${port}/hook`,
    LOG_REQUESTS: "all",
  });
  const url = new URL(server.url);
  const { config } = await loadConfig("dev/presigner.config.ts", {});
  console = await serveConsole({ url, port: 0, log, config });
  browser = await startBrowser();
});
afterAll(async () => {
  console.close();
  await browser.close();
  await server.close();
  receiver.close();
});

async function open(path = "", look: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const context = await browser.newContext({ locale: "en-US", ...look });
  const page = await context.newPage();
  await page.goto(console.url + path);
  return page;
}

async function upload(user: string, file = FILE) {
  const token = tokenFor(user);
  const ticket = await askForTicket(server, token, { ...LIMITED, size: file.length });
  expect((await put(ticket, file)).status).toBe(200);
  await call(server, token, "POST", `/v1/uploads/${ticket.id}/complete`);
  return ticket;
}

/** Passes on what the Worker has logged since the last time. */
function readServerLog(): void {
  const lines = server.readLog();
  for (const line of lines.slice(readLines)) log.read(line);
  readLines = lines.length;
}

const shoot = async (page: Page, name: string) =>
  page.screenshot({ path: join(SCREENSHOTS, `console-${name}.png`), fullPage: true });

describe("the console", () => {
  it("says whether it is up: version, and each key, ledger and store with its time", async () => {
    const page = await open();
    expect(await page.locator("h1").innerText()).toBe("Is it up");
    const checks = await page.locator("ul.checks li").allInnerTexts();
    expect(checks.map((text) => text.replaceAll(/\s+/g, " ").trim())).toEqual([
      expect.stringMatching(/^✓ keys of the receipts works \d+ ms$/),
      expect.stringMatching(/^✓ ledger works \d+ ms$/),
      expect.stringMatching(/^✓ store local works \d+ ms$/),
    ]);
    const text = await page.locator("main").innerText();
    expect(text).toContain("Everything works.");
    expect(text).toMatch(/Version\n+0\.1\.0/);
    expect(text).toMatch(/Configuration\n+[0-9a-f]{16}/);
    await page.context().close();
  });

  it("says who is refused and why, by the log of real requests, and that nothing is stuck", async () => {
    await call(server, "no-token", "POST", "/v1/uploads", LIMITED);
    await call(server, tokenFor("eve"), "POST", "/v1/uploads", {
      ...LIMITED,
      contentType: "text/html",
    });
    await call(server, "no-token", "GET", "/v1/uploads");
    await expect.poll(() => server.readLog().join("\n")).toContain("type-not-allowed");
    readServerLog();
    const page = await open();
    const text = await page.locator("main").innerText();
    expect(text).toContain("Nothing is stuck.");
    expect(text).toContain("unauthenticated 2");
    expect(text).toContain("type-not-allowed 1");
    expect(text).toMatch(/unauthenticated\s+ERR_JWT_INVALID\s+\/v1\/uploads/);
    expect(text).toMatch(/type-not-allowed\s+limited\s+\/v1\/uploads\s+[0-9a-f]{12}\s/);
    expect(await findViolations(page)).toEqual([]);
    await shoot(page, "overview");
    await page.context().close();
  });

  it("shows a user's uploads and quotas, and sends a webhook again that waits", async () => {
    receiverStatus = 500;
    const { key } = await upload("carol");
    const page = await open("user");
    await page.getByLabel("User id").fill("carol");
    await page.keyboard.press("Enter");
    await page.getByText(key).waitFor();
    expect(await page.locator("main").innerText()).toMatch(/bytes: 1 kB \(1000 bytes\) of 20 MB/);
    await expect
      .poll(async () => {
        await page.reload();
        return page.getByRole("button", { name: /^Send again/ }).count();
      })
      .toBe(1);
    expect(await findViolations(page)).toEqual([]);
    await shoot(page, "user");
    receiverStatus = 204;
    await page.getByRole("button", { name: /^Send again/ }).click();
    await page.getByText("The webhook is sent again now.").waitFor();
    await expect
      .poll(async () => {
        await page.reload();
        return page.getByText("No webhook is waiting.").count();
      })
      .toBe(1);
    await page.context().close();
  });

  it("shows the whole way of a file, by its key, by an id, and from the list", async () => {
    const { id, key } = await upload("dora");
    const page = await open("object");
    await page.getByLabel("Key", { exact: true }).fill(key);
    await page.getByRole("button", { name: "Find" }).click();
    const way = page.locator("ol.way");
    await way.waitFor();
    const text = await way.innerText();
    expect(text).toContain("Ticket granted");
    expect(text).toContain("local (uploads): 1 kB (1000 bytes), image/png");
    expect(text).toContain("completed");
    expect(await findViolations(page)).toEqual([]);
    await shoot(page, "object");
    await page.getByRole("link", { name: "dora" }).click();
    await page.getByRole("link", { name: key }).click();
    await page.locator("ol.way").waitFor();
    expect(page.url()).toContain(encodeURIComponent(id));
    await page.context().close();
  });

  it("says what next month costs, by policy, from the log of real uploads", async () => {
    await upload("frank");
    await upload("frank");
    await expect
      .poll(() => server.readLog().filter((line) => line.includes("/complete")).length)
      .toBeGreaterThan(3);
    readServerLog();
    const page = await open("costs");
    expect(await page.locator("h1").innerText()).toBe("Next month, if it goes on like this");
    expect(await page.locator(".sum").innerText()).toMatch(/^\$\d/);
    const text = await page.locator("main").innerText();
    expect(text).toMatch(/Watched for\n+\d+ (seconds|minutes)/);
    expect(text).toContain("Less than a week says little");
    expect(await page.getByRole("img", { name: /^limited: \$/ }).count()).toBe(1);
    expect(text).toMatch(/rows written\s+[\d.]+[KM]/);
    expect(text).toMatch(/the plan Workers Paid\s+\$5\.00/);
    expect(await findViolations(page)).toEqual([]);
    await shoot(page, "costs");
    await page.setViewportSize({ width: 360, height: 740 });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await page.context().close();
  });

  it("is in Korean where the browser is, and changes its language by a link", async () => {
    const page = await open("", { locale: "ko-KR", colorScheme: "dark" });
    expect(await page.locator("h1").innerText()).toBe("작동 상태");
    expect(await findViolations(page)).toEqual([]);
    await shoot(page, "korean-dark");
    await page.getByRole("link", { name: "비용" }).click();
    expect(await page.locator("h1").innerText()).toBe("이대로라면 다음 달 비용");
    expect(await findViolations(page)).toEqual([]);
    await shoot(page, "costs-korean-dark");
    await page.getByRole("link", { name: "English" }).click();
    expect(await page.locator("h1").innerText()).toBe("Next month, if it goes on like this");
    await page.getByRole("link", { name: "User", exact: true }).click();
    expect(await page.locator("h1").innerText()).toBe("User");
    await page.context().close();
  });

  it("fits a phone, and works by keyboard alone", async () => {
    await upload("erin");
    const page = await open("user?user=erin", { viewport: { width: 360, height: 740 } });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await shoot(page, "phone");
    await page.goto(`${console.url}user`);
    await page.keyboard.type("erin");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await page.getByRole("heading", { name: "Quotas" }).waitFor();
    await page.context().close();
  });

  it("shows what the Worker refuses, and keeps the form", async () => {
    const page = await open("object?key=nobody/knows");
    expect(await page.getByRole("alert").innerText()).toContain("404 not-found");
    expect(await page.getByLabel("Key", { exact: true }).inputValue()).toBe("nobody/knows");
    await page.context().close();
  });

  it("shows names of strangers as text, and runs nothing", async () => {
    const evil = '"><script>document.title="run"</script><img src=x onerror=alert(1)>';
    log.read(JSON.stringify({ event: "request-refused", code: evil, reason: evil }));
    log.read(JSON.stringify({ event: "request", route: "/v1/uploads", policy: evil }));
    const page = await open(`user?user=${encodeURIComponent(evil)}`);
    expect(await page.getByLabel("User id").inputValue()).toBe(evil);
    expect(await page.locator("main script, main img").count()).toBe(0);
    await page.goto(console.url);
    expect(await page.title()).not.toBe("run");
    expect(await page.locator("main script, main img").count()).toBe(0);
    expect(await page.locator("main").innerText()).toContain('"><script>');
    await page.goto(`${console.url}costs`);
    expect(await page.locator("main script, main img").count()).toBe(0);
    expect(await page.locator("main").innerText()).toContain('"><script>');
    await page.context().close();
  });
});

describe("a console of a Worker in trouble", () => {
  const openOf = async (url: string, path: string) => {
    const served = await serveConsole({
      url: new URL(url),
      port: 0,
      log: undefined,
      config: { unread: "There is none" },
    });
    const context = await browser.newContext({ locale: "en-US" });
    const page = await context.newPage();
    await page.goto(served.url + path);
    const text = await page.locator("main").innerText();
    const violations = await findViolations(page);
    await shoot(page, `trouble-${path}`);
    await context.close();
    served.close();
    return { text, violations };
  };

  it("names the check that fails, with its code, its reason and its time", async () => {
    const checks = [
      { name: "keys", status: "ok", durationMs: 0 },
      {
        name: "store media",
        status: "failing",
        code: "store-unavailable",
        reason: "HEAD returned 403 SignatureDoesNotMatch",
        durationMs: 83,
      },
    ];
    const answers: Readonly<Record<string, object>> = {
      "/healthz": { status: "ok", version: "0.1.0", configuration: "0123456789abcdef" },
      "/readyz": { status: "failing", checks },
    };
    const worker = createServer(({ url = "" }, response) => {
      const answer = answers[url];
      response.writeHead(url === "/healthz" ? 200 : 503).end(JSON.stringify(answer ?? {}));
    });
    worker.listen(0, "127.0.0.1");
    await once(worker, "listening");
    const { port } = worker.address() as AddressInfo;
    const { text, violations } = await openOf(`http://127.0.0.1:${port}`, "");
    worker.close();
    expect(text).toContain("Something does not work.");
    expect(text).toMatch(/store media\s+fails: store-unavailable\s+HEAD returned 403[^]+83 ms/);
    expect(violations).toEqual([]);
  });

  it("says that nothing answers", async () => {
    const { text, violations } = await openOf("http://127.0.0.1:9", "");
    expect(text).toContain("The Worker does not answer");
    expect(violations).toEqual([]);
  });

  it("says how to see costs without a log", async () => {
    const { text, violations } = await openOf(server.url, "costs");
    expect(text).toContain("npx edge-presigner costs");
    expect(violations).toEqual([]);
  });
});

describe("the address of the console", () => {
  interface Asked {
    readonly path: string;
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly at?: string;
  }
  async function ask({ path, method = "GET", headers = {}, body, at }: Asked) {
    const url = new URL(console.url);
    const host = at ?? url.hostname;
    const sent = httpRequest({ host, port: url.port, path, method, headers });
    sent.end(body);
    const [response] = (await once(sent, "response")) as [
      { statusCode: number; headers: Record<string, string>; resume: () => void },
    ];
    response.resume();
    return { status: response.statusCode, headers: response.headers };
  }

  it("is on this machine alone, and nobody guesses it", async () => {
    expect(console.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    // Only a server on all addresses of the machine answers there.
    await expect(ask({ path: "/", at: "127.0.0.2" })).rejects.toThrow(/connect/);
  });

  it("answers no other path, and no other name of the machine", async () => {
    const { pathname: secret, host } = new URL(console.url);
    expect((await ask({ path: "/" })).status).toBe(404);
    expect((await ask({ path: `/${"0".repeat(32)}/` })).status).toBe(404);
    expect((await ask({ path: secret, headers: { host: "evil.example" } })).status).toBe(404);
    expect((await ask({ path: secret, headers: { host } })).status).toBe(200);
  });

  it("takes no form of another page", async () => {
    const { pathname: secret, host } = new URL(console.url);
    const path = `${secret}send-again`;
    for (const origin of [undefined, "null", "https://evil.example"]) {
      const headers = { host, ...(origin !== undefined && { origin }) };
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await ask({ path, method: "POST", headers })).status).toBe(403);
    }
  });

  it("takes no method but those of pages, and no form that is too long or has no length", async () => {
    const { pathname: path, host, origin } = new URL(console.url);
    const headers = { host, origin, "content-type": "application/x-www-form-urlencoded" };
    expect((await ask({ path, method: "DELETE", headers })).status).toBe(405);
    const send = async (body: string, more: object = {}) =>
      (await ask({ path, method: "POST", headers: { ...headers, ...more }, body })).status;
    expect(await send("a=b")).toBeLessThan(500);
    expect(await send(`a=${"b".repeat(16 * 1024)}`)).toBe(500);
    expect(await send("a=b", { "transfer-encoding": "chunked" })).toBe(500);
  });

  it("leads to no other site", async () => {
    const { pathname: secret, host } = new URL(console.url);
    for (const back of ["//evil.example", "https://evil.example", "user\r\nx: y", "../../"]) {
      const path = `${secret}language?to=ko&back=${encodeURIComponent(back)}`;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { status, headers } = await ask({ path, headers: { host } });
      expect([status, headers["location"]]).toEqual([303, secret]);
    }
  });

  it("forbids scripts, frames and other sites by its headers", async () => {
    const { pathname: secret, host } = new URL(console.url);
    const { headers } = await ask({ path: secret, headers: { host } });
    for (const directive of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'"])
      expect(headers["content-security-policy"]).toContain(directive);
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
    });
    expect(JSON.stringify(headers)).not.toContain("Bearer");
  });
});

describe("the log that the console reads", () => {
  it("may be that of wrangler tail", () => {
    const read = createRefusals(() => 1_000_000);
    read.read(
      JSON.stringify({
        outcome: "ok",
        logs: [
          {
            level: "log",
            timestamp: 999_000,
            message: ['{"event":"request-refused","code":"forbidden","requestId":"r"}'],
          },
        ],
      }),
    );
    read.read("not JSON {");
    read.read(JSON.stringify({ event: "webhook-failed" }));
    expect(read.recent()).toEqual([
      { atMs: 999_000, code: "forbidden", requestId: "r", reason: undefined },
    ]);
  });

  it("is kept for 30 minutes", () => {
    let nowMs = 0;
    const read = createRefusals(() => nowMs);
    read.read(JSON.stringify({ event: "request-failed" }));
    nowMs = 29 * 60_000;
    expect(read.recent()).toHaveLength(1);
    nowMs = 31 * 60_000;
    expect(read.recent()).toEqual([]);
  });
});
