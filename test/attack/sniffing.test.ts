/**
 * Types under which a browser looks into the file, and runs a page that it finds there.
 *
 * WHATWG MIME Sniffing section 7: `unknown/unknown` and `application/unknown` are sniffed, pages included,
 * unless the store sends `nosniff`. Chromium decides here.
 */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser } from "../e2e/support/browser.ts";
import { call } from "../e2e/support/server.ts";
import { DOCUMENT, alice, server } from "./support/attack.ts";

/** By name a page, or close to one, or close to nothing: what a policy of any type could let in. */
const TYPES = (
  "text/html text/htm text/x-html application/html text/xhtml application/xhtml application/xhtml+xml " +
  "text/xml text/x-xml application/x-xml application/xml-external-parsed-entity text/xsl application/xslt " +
  "image/svg image/svg+xml image/svg-xml application/svg application/rss application/atom text/sgml text/xul " +
  "unknown/unknown application/unknown application/x-unknown application/x-unknown-content-type unknown/x " +
  "www/unknown www/mime text/x-unknown application/content-unknown binary/octet-stream x/y text/plain " +
  "application/octet-stream application/x-vnd.mozilla.guess-from-ext application/x-vnd.mozilla.maybe-feed " +
  "application/json application/pdf text/css text/markdown text/vtt text/rtf message/rfc822 " +
  "multipart/related multipart/x-mixed-replace application/x-mimearchive application/signed-exchange"
).split(" ");

let browser: Browser;
let site: Server;
const ran = new Set<string>();
beforeAll(async () => {
  browser = await startBrowser();
  site = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
    const type = searchParams.get("type") ?? "";
    const src = `/ran?type=${encodeURIComponent(type)}`;
    if (pathname === "/ran") ran.add(type);
    response.writeHead(200, { "content-type": pathname === "/ran" ? "image/png" : type });
    if (pathname === "/page") response.write(`<script>new Image().src="${src}"</script>`);
    if (pathname === "/xml")
      response.write(
        `<?xml version="1.0"?><x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>new Image().src="${src}"</h:script></x>`,
      );
    if (pathname === "/frames") response.write(searchParams.get("frames"));
    response.end();
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
});
afterAll(async () => {
  await browser.close();
  site.close();
});

/** Which of the types ran, as a page or as XML. */
async function open(types: readonly string[]): Promise<readonly string[]> {
  const { port } = site.address() as AddressInfo;
  const frames = types.flatMap((type) =>
    ["page", "xml"].map(
      (kind) => `<iframe src="/${kind}?type=${encodeURIComponent(type)}"></iframe>`,
    ),
  );
  const context = await browser.newContext({ acceptDownloads: false });
  const page = await context.newPage();
  ran.clear();
  const query = new URLSearchParams({ type: "text/html", frames: frames.join("") });
  await page.goto(`http://127.0.0.1:${port}/frames?${query.toString()}`, { waitUntil: "load" });
  await page.waitForLoadState("networkidle");
  await context.close();
  return [...ran];
}

describe("a file that is a page inside", () => {
  it("runs where a careless service stores any type", async () => {
    expect(await open(["text/html", "application/unknown", "image/svg+xml"])).toEqual(
      expect.arrayContaining(["text/html", "application/unknown", "image/svg+xml"]),
    );
  });

  it("runs under no type that a policy of any type accepts", async () => {
    const accepted: string[] = [];
    for (const contentType of TYPES) {
      const body = { ...DOCUMENT, filename: "without-extension", contentType };
      const { status } = await call(server, alice, "POST", "/v1/uploads", body);
      if (status === 201) accepted.push(contentType);
    }
    expect(accepted).toContain("text/plain");
    expect(accepted).not.toContain("text/html");
    expect(await open(accepted)).toEqual([]);
  });
});
