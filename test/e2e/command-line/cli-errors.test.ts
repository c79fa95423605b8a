/** What the commands say to people and to scripts where something is wrong. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../support/command.ts";

/** What Node.js prints of an error that nobody caught. */
const STACK = /\n\s+at |node:|Error:/;

describe("a command that is given something wrong", () => {
  it.each([
    ["doctor", "--url", "uploads"],
    ["doctor", "--dev", "ftp://localhost"],
    ["doctor", "--config", "test"],
    ["upload", "README.md", "--url", ""],
    ["upload", "test", "--url", "http://localhost:9"],
    ["receipt", "verify", "x", "--url", "localhost"],
    ["simulate", "--config", "package.json"],
    ["explain", "absent.txt"],
    ["token", ""],
    ["setup", "--config", "absent.ts"],
  ])("says so in a line and ends with 2: %s %s %s", async (...args) => {
    const { status, stdout, stderr } = await runCommand(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).not.toMatch(STACK);
  });

  it.each([
    ["of what it cannot parse", "export default {,};", /wrong\.config\.ts:1:16: ERROR: .*","/],
    ["of what throws", 'throw new RangeError("no stage");', /no stage/],
    ["without a default export", "export const x = 1;", /has no default export/],
  ])("names the place and the reason in a configuration %s", async (_, program, reason) => {
    const folder = mkdtempSync(join(tmpdir(), "config-"));
    const file = join(folder, "wrong.config.ts");
    writeFileSync(file, program);
    const { status, stderr } = await runCommand(["simulate", "--config", file]);
    rmSync(folder, { recursive: true });
    expect(status).toBe(2);
    expect(stderr).toContain(file);
    expect(stderr).toMatch(reason);
  });

  it.each([
    ["RECEIPT_PRIVATE_KEY", '{"kty":"EC","d":"do-not-print-me"'],
    ["RECEIPT_PRIVATE_KEY", '{"keys":"do-not-print-me"}'],
    ["WEBHOOK_SECRET", "do-not-print-me"],
  ])("keeps a broken %s to itself when it is rotated", async (name, value) => {
    const { status, stdout, stderr } = await runCommand(["keys", name, "--rotate"], {
      [name]: value,
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(name);
    expect(stderr).not.toMatch(/do-not|Error/);
  });
});

describe("a Worker that is none", () => {
  let server: Server;
  let url: string;
  let answer = "";
  let health = "";
  const folder = mkdtempSync(join(tmpdir(), "cli-errors-"));
  const file = join(folder, "a.txt");
  beforeAll(async () => {
    writeFileSync(file, "hello");
    server = createServer((request, response) => {
      request.resume();
      response.end(request.url === "/healthz" ? health : answer);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("No port");
    url = `http://127.0.0.1:${address.port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const ticketAt = (at: string) =>
    JSON.stringify({ id: "i", key: "k", expiresIn: 60, method: "PUT", url: at, headers: {} });

  const WELL = JSON.stringify({ status: "ok" });

  it.each([
    ["a page", "<html></html>", "<html></html>", "not as the Worker does"],
    ["another document", "{}", "{}", "not as the Worker does"],
    ["a page in place of a ticket", WELL, "<html></html>", "is not the service"],
    ["a ticket for nowhere", WELL, ticketAt("there?X-Amz-Signature=5ec2e7"), "is not the service"],
    [
      "a ticket for a store that is away",
      WELL,
      ticketAt("http://127.0.0.1:1234/k?X-Amz-Signature=5ec2e7"),
      "The store did not answer: ECONNREFUSED",
    ],
  ])("is told of in a line, and without a signature: %s", async (_, healthy, body, says) => {
    health = healthy;
    answer = body;
    const { status, stderr } = await runCommand(["upload", file, "--url", url]);
    expect(status).toBe(1);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/5ec2e7|\n\s+at /);
  });

  it("never sees a token that no header can have, and neither does the screen", async () => {
    const args = ["upload", file, "--url", url, "--token", "5ec2e7\nof.alice"];
    const { status, stderr } = await runCommand(args);
    expect(status).toBe(1);
    expect(stderr).toContain("The token has");
    expect(stderr).not.toContain("5ec2e7");
  });

  it("is no reason to call a receipt false", async () => {
    answer = "<html></html>";
    const header = btoa('{"alg":"ES256","typ":"upload-receipt+jwt"}').replaceAll("=", "");
    const args = ["receipt", "verify", `${header}.e30.AAAA`, "--url", url];
    expect((await runCommand(args)).stderr).toContain("Cannot read the keys");
    const { status, stdout } = await runCommand([...args, "--json"]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      isGood: false,
      reason: `Cannot read the keys at ${url}: check --url, and that the Worker is running`,
    });
  });
});

describe("a command whose output goes elsewhere", () => {
  it("ends in silence where nobody reads on", async () => {
    const child = spawn(process.execPath, ["cli/main.ts", "keys"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    const [stderr] = await Promise.all([text(child.stderr), once(child, "close")]);
    expect(stderr).toBe("");
    expect(child.exitCode).toBe(0);
  });

  it("prints a token with the actions and claims of its options", async () => {
    const options = ["--actions", "upload,list", "--claim", "team=red", "--claim", "note=a=b"];
    const { stdout } = await runCommand(["token", "alice", ...options]);
    expect(decodeJwt(stdout.trim())).toMatchObject({
      sub: "alice",
      actions: ["upload", "list"],
      team: "red",
      note: "a=b",
    });
    for (const wrong of [
      ["--actions", "upload,write"],
      ["--claim", "team"],
      ["--claim", "sub=bob"],
    ])
      expect((await runCommand(["token", "alice", ...wrong])).status).toBe(2);
  });

  it("prints a token, and when it is over, as JSON", async () => {
    const { stdout } = await runCommand(["token", "alice", "--expires", "10 min", "--json"]);
    const { token, expiresAt } = JSON.parse(stdout) as { token: string; expiresAt: string };
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(590_000);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThan(601_000);
  });
});
