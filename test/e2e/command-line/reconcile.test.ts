import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineConfig, r2, sharedSecret } from "../../../src/define.ts";
import { runCommand } from "../support/command.ts";
import { askForTicket, call, put, startServer, tokenFor, type Server } from "../support/server.ts";

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.close());

const KEPT = defineConfig({
  origins: [],
  issuers: [sharedSecret({ issuer: "backend", audience: "uploads" })],
  stores: { media: r2({ account: "0123456789abcdef0123456789abcdef", bucket: "media" }) },
  policies: {
    kept: {
      store: "media",
      key: "kept/{user}/{id}.{ext}",
      types: ["image/png"],
      maxBytes: "1 MB",
      quota: { objects: 10 },
    },
  },
});

const FILE = new Uint8Array(1000);
const PNG = { policy: "plan", contentType: "image/png", size: FILE.length };
const reconcile = async (...args: readonly string[]) =>
  runCommand(["reconcile", "--config", "dev/presigner.config.ts", "--url", server.url, ...args]);

async function upload(token: string): Promise<string> {
  const ticket = await askForTicket(server, token, PNG);
  expect((await put(ticket, FILE)).status).toBe(200);
  await call(server, token, "POST", `/v1/uploads/${ticket.id}/complete`);
  return ticket.key;
}

describe("edge-presigner reconcile", () => {
  it("says that the store and the ledger agree", async () => {
    const token = tokenFor("rachel");
    await upload(token);
    await upload(token);
    const { stdout, status } = await reconcile("--user", "rachel", "--policy", "plan");
    expect(stdout).toContain("2 objects, 2 kB (2000 bytes) under plan/rachel/");
    expect(stdout).toContain("they agree");
    expect(status).toBe(0);
  });

  it("says what differs, such as an upload that is in progress", async () => {
    const token = tokenFor("ross");
    const ticket = await askForTicket(server, token, PNG);
    const { stdout, status } = await reconcile("--user", "ross", "--policy", "plan", "--json");
    expect(JSON.parse(stdout)).toEqual({
      policy: "plan",
      prefix: "plan/ross/",
      stored: { objects: 0, bytes: 0 },
      counted: { objects: 1, bytes: ticket.contentLength ?? FILE.length },
      isEqual: false,
    });
    expect(status).toBe(1);
  });

  it("refuses a policy that counts nothing as stored, and an unknown one", async () => {
    const limited = await reconcile("--user", "ross", "--policy", "limited");
    expect(limited.stderr).toContain("counts nothing as stored");
    const unknown = await reconcile("--user", "ross", "--policy", "none");
    expect(unknown.stderr).toContain('There is no policy "none"');
    expect([limited.status, unknown.status]).toEqual([2, 2]);
  });

  it("names the secrets that it needs to list the bucket", async () => {
    const folder = mkdtempSync(join(tmpdir(), "presigner-reconcile-"));
    const config = join(folder, "presigner.config.ts");
    writeFileSync(config, `export default ${JSON.stringify(KEPT)};`);
    const args = ["--user", "ross", "--policy", "kept", "--config", config];
    const { stderr, status } = await runCommand(["reconcile", "--url", server.url, ...args]);
    rmSync(folder, { recursive: true });
    expect(stderr).toContain("Set MEDIA_ACCESS_KEY_ID and MEDIA_SECRET_ACCESS_KEY");
    expect(status).toBe(2);
  });

  it("reads the ledger with the user's own token", async () => {
    const { stderr, status } = await reconcile(
      "--user",
      "ross",
      "--policy",
      "plan",
      "--token",
      "a.b.c",
    );
    expect(stderr).toContain("401 unauthenticated");
    expect(status).toBe(2);
  });
});
