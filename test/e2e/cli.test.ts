import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileConfig } from "../../src/config/compile.ts";
import development from "../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { askForTicket, bytesOf, call, put, startServer, tokenFor, type Server } from "./server.ts";

interface Run {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const run = (args: readonly string[], { input, env }: Run = {}) =>
  spawnSync(process.execPath, ["cli/main.ts", ...args], {
    encoding: "utf8",
    input,
    env: { ...process.env, ...env },
  });

const keys = (args: readonly string[], env?: Readonly<Record<string, string>>) =>
  JSON.parse(run(["keys", "--json", ...args], env && { env }).stdout) as Record<string, string>;

/** The Worker's own judgement of secrets. */
const areTaken = (secrets: Readonly<Record<string, string>>) => {
  compileConfig(
    { ...development, webhook: { url: "https://hooks.acme.dev/" } },
    { ...DEVELOPMENT_SECRETS, ...secrets },
  );
  return true;
};

describe("edge-presigner keys", () => {
  it("makes secrets that the Worker takes, new ones each time", () => {
    const [first, second] = [keys([]), keys([])];
    expect(Object.keys(first)).toEqual([
      "UPLOAD_ID_SECRET",
      "RECEIPT_PRIVATE_KEY",
      "WEBHOOK_SECRET",
    ]);
    expect(areTaken(first)).toBe(true);
    for (const name of Object.keys(first)) expect(first[name]).not.toBe(second[name]);
  });

  it("keeps the present ones beside the new ones in a rotation", () => {
    const before = keys([]);
    const after = keys(["--rotate"], before);
    expect(areTaken(after)).toBe(true);
    expect(after["UPLOAD_ID_SECRET_PREVIOUS"]).toBe(before["UPLOAD_ID_SECRET"]);
    expect(after["WEBHOOK_SECRET"]?.split(" ")[1]).toBe(before["WEBHOOK_SECRET"]);
    const { keys: set } = JSON.parse(after["RECEIPT_PRIVATE_KEY"] ?? "") as { keys: unknown[] };
    expect(set).toHaveLength(2);
    expect(set[1]).toEqual(JSON.parse(before["RECEIPT_PRIVATE_KEY"] ?? ""));
    expect(
      keys(["RECEIPT_PRIVATE_KEY", "--rotate"], after)["RECEIPT_PRIVATE_KEY"]?.split('"d"'),
    ).toHaveLength(3);
  });

  it("says how to set each, and refuses a name that it does not know", () => {
    expect(run(["keys"]).stdout).toContain("npx wrangler secret put UPLOAD_ID_SECRET");
    expect(run(["keys", "PASSWORD"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("UPLOAD_ID_SECRET") as string,
    });
    expect(run(["keys", "--rotate"], { env: { UPLOAD_ID_SECRET: "" } }).status).toBe(2);
  });
});

describe("edge-presigner receipt verify", () => {
  let server: Server;
  let receipt: string;
  beforeAll(async () => {
    server = await startServer();
    const token = tokenFor("alice");
    const body = bytesOf("proof");
    const ticket = await askForTicket(server, token, {
      policy: "document",
      filename: "a.txt",
      contentType: "text/plain",
      size: body.length,
    });
    await put(ticket, body);
    receipt = String(
      (await call(server, token, "POST", `/v1/uploads/${ticket.id}/complete`)).body["receipt"],
    );
  });
  afterAll(async () => server.close());

  it("prints what a good one says, from an argument or standard input", () => {
    const verified = run(["receipt", "verify", receipt, "--url", server.url]);
    expect(verified.status).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      sub: "alice",
      upload: { size: 5, policy: "document" },
    });
    expect(run(["receipt", "verify", "--url", server.url], { input: `${receipt}\n` }).status).toBe(
      0,
    );
  });

  it("says why one is not good", () => {
    const reasonOf = (args: readonly string[]) => {
      const { status, stderr } = run(["receipt", "verify", ...args]);
      expect(status).toBe(1);
      return stderr;
    };
    expect(reasonOf([`${receipt.slice(0, -2)}AA`, "--url", server.url])).toContain(
      "no receipt of that Worker",
    );
    expect(reasonOf([receipt, "--url", server.url, "--audience", "other"])).toContain(
      "another aud",
    );
    expect(reasonOf([receipt, "--url", "http://localhost:1"])).toContain("is the Worker there?");
  });
});
