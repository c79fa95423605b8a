import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseWebhookSecrets } from "../../../src/config/compile-proof.ts";
import { compileConfig } from "../../../src/config/compile.ts";
import development from "../../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import type { Caller } from "../../../src/grant/authenticate.ts";
import { ownerOf } from "../../../src/grant/owner.ts";
import type { UploadClaims } from "../../../src/grant/upload-claims.ts";
import { createUploadIds } from "../../../src/grant/upload-id.ts";
import { runCommand } from "../support/command.ts";
import {
  askForTicket,
  bytesOf,
  call,
  put,
  startServer,
  tokenFor,
  type Server,
} from "../support/server.ts";

interface Run {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const run = async (args: readonly string[], { input, env }: Run = {}) =>
  runCommand(args, env, input);

const keys = async (args: readonly string[], env?: Readonly<Record<string, string>>) =>
  JSON.parse((await run(["keys", "--json", ...args], env && { env })).stdout) as Record<
    string,
    string
  >;

/** The Worker's own judgement of secrets. */
const areTaken = (secrets: Readonly<Record<string, string>>) => {
  compileConfig(
    {
      ...development,
      webhook: { url: "https://hooks.acme.dev/" },
      ...("AUDIT_SECRET" in secrets && { audit: { url: "https://audit.acme.dev/" } }),
    },
    { ...DEVELOPMENT_SECRETS, ...secrets },
  );
  return true;
};

const idClaims = (): UploadClaims => ({
  iss: "development",
  sub: "alice",
  jti: crypto.randomUUID(),
  iat: Math.floor(Date.now() / 1000),
  exp: Math.floor(Date.now() / 1000) + 300,
  policy: "photo",
  store: "local",
  key: "photos/alice/1.png",
  type: "image/png",
  size: 5,
  unique: true,
});

describe("edge-presigner keys", () => {
  it("makes secrets that the Worker takes, new ones each time", async () => {
    const [first, second] = [await keys([]), await keys([])];
    expect(Object.keys(first)).toEqual([
      "UPLOAD_ID_SECRET",
      "RECEIPT_PRIVATE_KEY",
      "WEBHOOK_SECRET",
    ]);
    expect(areTaken(first)).toBe(true);
    for (const name of Object.keys(first)) expect(first[name]).not.toBe(second[name]);
  });

  it("makes the secret of an audit where it is named, and rotates it", async () => {
    const first = await keys(["AUDIT_SECRET"]);
    const second = await keys(["AUDIT_SECRET", "--rotate"], first);
    expect([Object.keys(first), areTaken(first), areTaken(second)]).toEqual([
      ["AUDIT_SECRET"],
      true,
      true,
    ]);
    expect(second["AUDIT_SECRET"]?.split(" ")[1]).toBe(first["AUDIT_SECRET"]);
  });

  it("keeps the present ones beside the new ones in a rotation", async () => {
    const before = await keys([]);
    const after = await keys(["--rotate"], before);
    expect(areTaken(after)).toBe(true);
    expect(after["UPLOAD_ID_SECRET_PREVIOUS"]).toBe(before["UPLOAD_ID_SECRET"]);
    expect(after["WEBHOOK_SECRET"]?.split(" ")[1]).toBe(before["WEBHOOK_SECRET"]);
    const { keys: set } = JSON.parse(after["RECEIPT_PRIVATE_KEY"] ?? "") as { keys: unknown[] };
    expect(set).toHaveLength(2);
    expect(set[1]).toEqual(JSON.parse(before["RECEIPT_PRIVATE_KEY"] ?? ""));
    expect(
      (await keys(["RECEIPT_PRIVATE_KEY", "--rotate"], after))["RECEIPT_PRIVATE_KEY"]?.split('"d"'),
    ).toHaveLength(3);
  });

  it("makes the secret of a scanner under its own name, and keeps the present one in a rotation", async () => {
    const name = "CLAMAV_SCANNER_SECRET";
    const before = await keys([name]);
    expect(Object.keys(before)).toEqual([name]);
    const after = await keys([name, "--rotate"], before);
    const [made, present] = (after[name] ?? "").split(" ");
    expect(present).toBe(before[name]);
    expect(parseWebhookSecrets(after[name] ?? "")).toHaveLength(2);
    expect(new Webhook(made ?? "").sign("a", new Date(0), "b")).toMatch(/^v1,/);
  });

  it("are set one by one in a rotation, and an upload is completed after each", async () => {
    const before = {
      UPLOAD_ID_SECRET: (await keys(["UPLOAD_ID_SECRET"]))["UPLOAD_ID_SECRET"] ?? "",
    };
    const after = await keys(["UPLOAD_ID_SECRET", "--rotate"], before);
    const claims = idClaims();
    const caller = { ...ownerOf(claims.iss, claims.sub), scope: {} } as Caller;
    let secrets: Readonly<Record<string, string>> = { ...DEVELOPMENT_SECRETS, ...before };
    const idsWith = () =>
      createUploadIds(compileConfig(development, secrets).idSecrets, () => Date.now());
    const ids = [idsWith().seal(claims, caller)];
    for (const [name, value] of Object.entries(after)) {
      secrets = { ...secrets, [name]: value };
      for (const id of ids) expect((await idsWith().open(id, caller)).jti).toBe(claims.jti);
      // Some minutes until the next command: the id is of an upload that was granted meanwhile.
      const seconds = 300 * ids.length;
      const later = { ...claims, iat: claims.iat + seconds, exp: claims.exp + seconds };
      ids.push(idsWith().seal(later, caller));
    }
  });

  it("says how to set each, and refuses a name that it does not know", async () => {
    expect((await run(["keys"])).stdout).toContain("npx wrangler secret put UPLOAD_ID_SECRET");
    expect(await run(["keys", "PASSWORD"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("UPLOAD_ID_SECRET") as string,
    });
    expect((await run(["keys", "--rotate"], { env: { UPLOAD_ID_SECRET: "" } })).status).toBe(2);
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

  it("prints what a good one says, from an argument or standard input", async () => {
    const verified = await run(["receipt", "verify", receipt, "--url", server.url]);
    expect(verified.status).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      sub: "alice",
      upload: { size: 5, policy: "document" },
    });
    const asJson = await run(["receipt", "verify", receipt, "--url", server.url, "--json"]);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ isGood: true, receipt: { sub: "alice" } });
    expect(
      (await run(["receipt", "verify", "--url", server.url], { input: `${receipt}\n` })).status,
    ).toBe(0);
  });

  it("says why one is not good", async () => {
    const reasonOf = async (args: readonly string[]) => {
      const { status, stderr } = await run(["receipt", "verify", ...args]);
      expect(status).toBe(1);
      return stderr;
    };
    expect(await reasonOf([`${receipt.slice(0, -2)}AA`, "--url", server.url])).toContain(
      "The receipt is not valid",
    );
    expect(await reasonOf([receipt, "--url", server.url, "--audience", "other"])).toContain(
      "claim aud",
    );
    expect(await reasonOf([receipt, "--url", "http://localhost:1"])).toContain(
      "Cannot read the keys",
    );
  });
});

describe("edge-presigner simulate", () => {
  const simulate = async (...args: readonly string[]) => run(["simulate", ...args]);

  it("tells the key and every header that would be signed", async () => {
    const { status, stdout } = await simulate(
      "--policy",
      "document",
      "--claims",
      '{"sub":"auth0|7"}',
      "--json",
      "--name",
      "여행.txt",
      "--size",
      "9",
      "--meta",
      "album=제주",
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      isAllowed: true,
      ticket: {
        key: expect.stringMatching(/^documents\/auth0\.7c7\/[0-9a-f-]{36}\/여행\.txt$/) as string,
        headers: { "content-type": "text/plain", "x-amz-meta-album": "=?UTF-8?B?7KCc7KO8?=" },
        contentLength: 9,
        signedHeaders: expect.arrayContaining(["content-length", "if-none-match"]) as string[],
      },
    });
  });

  it("says how to describe a file where no option does", async () => {
    const { stdout, status } = await simulate();
    expect(stdout).toContain("/contentType: is required");
    expect(stdout).toContain("--file, or with --name, --type and --size");
    expect(status).toBe(1);
  });

  it("ends with 1 and names the step where it is refused, and what only the log would say", async () => {
    const wrongType = await simulate("--policy", "avatar", "--name", "a.gif", "--size", "9");
    expect(wrongType.status).toBe(1);
    expect(wrongType.stdout).toContain("415 type-not-allowed");
    const expired = await simulate("--claims", '{"sub":"alice","exp":1}', "--name", "a.png");
    expect(expired.stdout).toContain("401 unauthenticated");
    expect(expired.stdout).toContain("exp");
  });

  it("is a test for CI with --expect", async () => {
    const asked = ["--policy", "photo", "--name", "a.png", "--size", "99000000"];
    expect((await simulate(...asked, "--expect", "too-large")).status).toBe(0);
    const unexpected = await simulate(...asked, "--expect", "allowed");
    expect(unexpected).toMatchObject({
      status: 1,
      stderr: "✘ Expected allowed, but the result is too-large\n",
    });
    expect((await simulate(...asked, "--country", "kr")).status).toBe(2);
  });

  it("refuses a token that may not upload", async () => {
    const claims = JSON.stringify({ sub: "alice", actions: ["download"] });
    const { stdout } = await simulate("--claims", claims, "--name", "a.png", "--size", "9");
    expect(stdout).toContain("403 forbidden");
    expect(stdout).toContain(`Add "upload" to the token's claim actions`);
  });

  it("tells where a file waits under quarantine, and what completion does with it", async () => {
    const asked = ["--policy", "checked", "--name", "a.png", "--size", "9"];
    const { stdout } = await simulate(...asked);
    expect(stdout).toMatch(/for pending\/checked\/alice\/[0-9a-f-]{36}\.png\n/);
    expect(stdout).toContain("if its first bytes are those of image/png\n");
    const { ticket } = JSON.parse((await simulate(...asked, "--json")).stdout) as {
      ticket: { key: string; pendingKey: string };
    };
    expect(ticket.pendingKey).toBe(`pending/${ticket.key}`);
  });

  it("tells how long a ticket for the background lives, where the policy has one", async () => {
    const asked = ["--name", "a.mp4", "--size", "9", "--background"];
    const { stdout } = await simulate("--policy", "video", "--json", ...asked);
    expect(JSON.parse(stdout)).toMatchObject({ ticket: { expiresInSeconds: 86_400 } });
    const refused = ["--policy", "limited", "--name", "a.png", "--size", "9", "--background"];
    expect((await simulate(...refused, "--expect", "invalid-request")).status).toBe(0);
  });

  it("names each error of a configuration, and what it cannot read", async () => {
    const mistaken = await simulate("--config", "presigner.config.ts", "--name", "a.png");
    expect(mistaken).toMatchObject({ status: 2, stdout: "" });
    expect(mistaken.stderr).toContain("stores.media.account");
    expect((await simulate("--config", "absent.ts")).stderr).toContain("absent.ts");
    const unread = await simulate("--secrets-file", "absent.vars", "--name", "a.png");
    expect(unread).toMatchObject({ status: 2, stderr: "✘ Cannot find the file absent.vars.\n" });
    expect((await simulate("--file", "absent.png")).status).toBe(2);
    expect((await simulate("--claims", "alice")).status).toBe(2);
  });
});

describe("edge-presigner upload", () => {
  let server: Server;
  const folder = mkdtempSync(join(tmpdir(), "upload-"));
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const upload = async (name: string, bytes: Uint8Array, ...args: readonly string[]) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return run(["upload", path, "--url", server.url, ...args]);
  };

  it("puts the file into the store and prints what completion answers", async () => {
    const bytes = bytesOf("안녕");
    const { status, stdout } = await upload(
      "여행.txt",
      bytes,
      "--policy",
      "document",
      "--meta",
      "album=제주",
      "--checksum",
      "md5",
    );
    expect(status).toBe(0);
    const { key } = JSON.parse(stdout) as { key: string };
    const stored = await server.read(key);
    expect(stored?.bytes).toEqual(bytes);
    expect(stored?.contentType).toBe("text/plain");
  });

  it("cuts a large one into the parts that the Worker dictates", async () => {
    const bytes = new Uint8Array(20 * 2 ** 20).fill(7);
    const { status, stdout } = await upload("clip.mp4", bytes, "--policy", "video");
    expect(status).toBe(0);
    const { key, size } = JSON.parse(stdout) as { key: string; size: number };
    expect(size).toBe(bytes.length);
    expect(Buffer.compare((await server.read(key))?.bytes ?? new Uint8Array(), bytes)).toBe(0);
  });

  it("ends with 1 and the Worker's own words where it refuses", async () => {
    const { status, stdout, stderr } = await upload("a.txt", bytesOf("x"), "--policy", "avatar");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("type-not-allowed");
    const stranger = await upload("a.txt", bytesOf("x"), "--token", "no.such.token");
    expect(stranger.stderr).toContain("401 unauthenticated");
  });
});
