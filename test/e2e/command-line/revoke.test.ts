import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { mintDevelopmentAdminToken } from "../../../cli/mint.ts";
import { runCommand } from "../support/command.ts";
import {
  askForTicket,
  bytesOf,
  call,
  put,
  startFixture,
  tokenFor,
  type Server,
} from "../support/server.ts";

let server: Server;
beforeAll(async () => {
  server = await startFixture();
});
afterAll(async () => server.close());

const revoke = async (...args: readonly string[]) =>
  runCommand(["revoke", "--url", server.url, ...args]);

const resultSchema = z.looseObject({
  before: z.string(),
  multipartUploads: z.object({
    aborted: z.int(),
    failed: z.int(),
    hasMore: z.boolean(),
    unchecked: z.array(z.string()),
  }),
});

const CLIP = {
  policy: "clip",
  filename: "a.mp4",
  contentType: "video/mp4",
  size: 6_000_000,
  multipart: true,
} as const;
const NOTE = { policy: "document", filename: "a.txt", contentType: "text/plain", size: 5 } as const;

describe("edge-presigner revoke", () => {
  it("refuses what a user has, and nothing of others or of what comes later", async () => {
    const [rita, bob] = [tokenFor("rita"), tokenFor("bob")];
    const ticket = await askForTicket(server, rita, NOTE);
    const { status, stdout, stderr } = await revoke("--user", "rita");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^✔ revoked: what was issued to the user rita until 20/);
    expect(stdout).toMatch(/still valid: urls of local until 20/);
    expect(stdout).toContain("rotate the keys of the store");
    expect(await call(server, rita, "GET", "/v1/policies")).toMatchObject({
      status: 403,
      body: { code: "revoked" },
    });
    expect((await call(server, bob, "GET", "/v1/policies")).status).toBe(200);
    // The URL lives on, as the answer says.
    expect(await put(ticket, bytesOf("hello"))).toMatchObject({ status: 200 });
    await wait(1100);
    const fresh = tokenFor("rita");
    expect((await call(server, fresh, "GET", "/v1/policies")).status).toBe(200);
    const complete = `/v1/uploads/${ticket.id}/complete`;
    expect(await call(server, fresh, "POST", complete)).toMatchObject({
      status: 403,
      body: { code: "revoked" },
    });
  });

  it("aborts the user's open multipart uploads, and says what it could not look for", async () => {
    const token = tokenFor("mia");
    for (let count = 0; count < 3; count += 1)
      expect((await call(server, token, "POST", "/v1/uploads", CLIP)).status).toBe(201);
    const { stdout } = await revoke("--user", "mia", "--issuer", "development", "--json");
    const { multipartUploads } = resultSchema.parse(JSON.parse(stdout));
    expect(multipartUploads).toMatchObject({ aborted: 3, failed: 0, hasMore: false });
    await wait(1100);
    const { body } = await call(server, tokenFor("mia"), "GET", "/v1/uploads");
    expect(body["uploads"]).toMatchObject(Array.from({ length: 3 }, () => ({ status: "aborted" })));
  });

  it("blocks until a time, and ends the block with another revocation", async () => {
    await revoke("--user", "uma", "--before", "2040-01-01T00:00:00Z");
    await wait(1100);
    const status = async () => (await call(server, tokenFor("uma"), "GET", "/v1/policies")).status;
    expect(await status()).toBe(403);
    expect((await revoke("--user", "uma")).status).toBe(0);
    await wait(1100);
    expect(await status()).toBe(200);
  });

  it.for([
    [[], 2, "Use --user, --issuer or --all"],
    [["--all", "--user", "x"], 1, "/all: must stand alone"],
    [["--user", "x", "--issuer", "nobody"], 1, "must be one of development"],
    [["--user", "x", "--before", "yesterday"], 1, "must be a time with its zone"],
    [["--user", "x", "--token", "a b"], 1, "copy it again"],
    [["--user", "x", "--token", "abc"], 1, "401 unauthenticated"],
    [["--user", "x", "--url", "http://127.0.0.1:9"], 1, "did not answer"],
  ] as const)("says what is wrong with %j", async ([args, status, message]) => {
    const ran = await runCommand(["revoke", "--url", server.url, ...args]);
    expect(ran).toMatchObject({ status, stdout: "" });
    expect(ran.stderr).toContain(message);
  });

  it("says that a user's token is no admin's, and takes the admin's from the environment", async () => {
    const user = tokenFor("rita");
    const refused = await revoke("--user", "nobody", "--token", user);
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stderr).toContain("403 not-admin");
    expect(refused.stderr).not.toContain(user);
    const ADMIN_TOKEN = await mintDevelopmentAdminToken("root", 60);
    const args = ["revoke", "--url", server.url, "--user", "nobody"];
    expect((await runCommand(args, { ADMIN_TOKEN })).status).toBe(0);
    expect((await runCommand(args, { ADMIN_TOKEN: user })).status).toBe(1);
  });
});

describe("edge-presigner token --admin", () => {
  it("prints a token that opens /v1/admin and nothing else", async () => {
    const { stdout, status } = await runCommand(["token", "root", "--admin"]);
    const token = stdout.trim();
    expect(status).toBe(0);
    expect((await call(server, token, "GET", "/v1/admin/none")).status).toBe(404);
    expect((await call(server, token, "GET", "/v1/policies")).status).toBe(401);
  });

  it("refuses restrictions, which an admin token cannot have", async () => {
    for (const option of [
      ["--policy", "photo"],
      ["--actions", "upload"],
      ["--claim", "a=b"],
    ])
      expect((await runCommand(["token", "root", "--admin", ...option])).status).toBe(2);
  });
});
