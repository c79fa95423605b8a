/** What a hostile Worker or store says reaches the terminal as text, and never as a command. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { styleText } from "node:util";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { printable, printableValue } from "../../../cli/printable.ts";
import { runCommand, spawnCommand } from "../support/command.ts";

/** Sets the title of the window, moves the cursor up, writes to the clipboard; also with C1 characters. */
const HOSTILE =
  "\u001B]0;pwned\u0007\u001B[2A\u001B]52;c;cHduZWQ=\u0007\u009B2J\u202Ecod.exe\nall is well";
// oxlint-disable-next-line no-control-regex -- these are what a terminal is told with
const COMMANDS = /[\0-\u0009\u000B-\u001A\u001C-\u001F\u007F-\u009F\u202E]|\u001B(?!\[\d{1,2}m)/;

describe("printable", () => {
  it("keeps all text, line breaks, and the colors of the commands", () => {
    const styles = ["bold", "dim", "red", "green", "yellow", "cyan"] as const;
    const text = styles.map((style) => styleText(style, "é 여행 🎉\n✔", { validateStream: false }));
    expect(printable(text.join(""))).toBe(text.join(""));
  });

  it("escapes everything else, so that JSON stays the same JSON", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printable(text)).not.toMatch(COMMANDS);
        expect(printableValue(text).split("\n")).toHaveLength(1);
        expect(printableValue(`${text}\u001B[1m`)).not.toContain("\u001B");
        const json = JSON.stringify({ text: `${text}${HOSTILE}` }, undefined, 2);
        expect(JSON.parse(printable(json))).toEqual(JSON.parse(json));
      }),
    );
  });
});

describe("a command, told something by a hostile", () => {
  let listen: RequestListener = () => undefined;
  const server = createServer((request, response) => {
    request.resume();
    listen(request, response);
  });
  const folder = mkdtempSync(join(tmpdir(), "printable-"));
  const file = join(folder, "a.txt");
  let url = "";
  beforeAll(async () => {
    writeFileSync(file, "hello");
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  });
  afterEach(() => {
    listen = () => undefined;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const answers = (documents: Readonly<Record<string, object>>): RequestListener => {
    return (request, response) => {
      const path = (request.url ?? "/").split("?")[0] ?? "/";
      const document = documents[path];
      const isProblem = document !== undefined && "detail" in document;
      response.writeHead(isProblem ? 403 : 200, {
        "content-type": isProblem ? "application/problem+json" : "application/json",
      });
      response.end(JSON.stringify(document ?? {}));
    };
  };
  const ticket = () => ({
    id: "i",
    key: `a${HOSTILE}`,
    expiresIn: 60,
    method: "PUT",
    url: `${url}/k?X-Amz-Signature=5ec2e7`,
    headers: {},
  });
  const completed = {
    id: "i",
    status: "completed",
    key: `a${HOSTILE}`,
    size: 5,
    contentType: "text/plain",
    etag: HOSTILE,
    metadata: { album: HOSTILE },
    completedAt: "2026-11-25T22:14:04Z",
    receipt: "a.b.c",
    policy: "photo",
  };

  it("Worker, prints its problems without commands, and on one line", async () => {
    const detail = `No${HOSTILE}`;
    listen = answers({
      "/healthz": { status: "ok" },
      "/v1/uploads": { code: "forbidden", detail, status: 403, title: detail, type: "about:blank" },
    });
    const { status, stderr } = await runCommand(["upload", file, "--url", url]);
    expect(status).toBe(1);
    expect(stderr).toContain("pwned");
    expect(stderr).not.toMatch(COMMANDS);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("Worker, prints its answer without commands, as the same JSON", async () => {
    listen = answers({
      "/healthz": { status: "ok" },
      "/v1/uploads": ticket(),
      "/v1/uploads/i/complete": completed,
    });
    const { status, stdout } = await runCommand(["upload", file, "--url", url]);
    expect(stdout).not.toMatch(COMMANDS);
    expect(JSON.parse(stdout)).toMatchObject({ metadata: { album: HOSTILE } });
    expect(status).toBe(0);
  });

  it("store, shows its rules before they are changed, without commands", async () => {
    const escaped = Array.from(HOSTILE, (one) => `&#${one.charCodeAt(0)};`).join("");
    const rule = `<ID>theirs${escaped}</ID><AllowedOrigin>https://x.dev&#27;[2A</AllowedOrigin><AllowedMethod>GET</AllowedMethod>`;
    listen = (request, response) => {
      const isCors = request.url?.includes("cors") ?? false;
      response.writeHead(isCors && request.method === "GET" ? 200 : 404);
      response.end(
        isCors
          ? `<CORSConfiguration><CORSRule>${rule}</CORSRule><CORSRule>${rule.replace("theirs", "edge-presigner")}</CORSRule></CORSConfiguration>`
          : "<Error><Code>NoSuchLifecycleConfiguration</Code></Error>",
      );
    };
    const { stdout } = await spawnCommand(
      ["setup", "--config", "test/e2e/golden/setup/peer.config.ts", "--apply", "--yes"],
      {
        S3_ENDPOINT: url,
        S3_REGION: "us-east-1",
        S3_BUCKET: "media",
        PEER_ACCESS_KEY_ID: "a",
        PEER_SECRET_ACCESS_KEY: "b",
      },
    );
    expect(stdout).toContain("pwned");
    expect(stdout).not.toMatch(COMMANDS);
    expect(stdout).not.toMatch(/^all is well/m);
  });
});
