/** What the commands say of a policy that gives credentials. */
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { runCommand } from "../support/command.ts";
import { judgePolicy } from "../support/evaluate-policy.ts";

const CONFIG = ["--config", "test/e2e/golden/setup/credentials.config.ts"];
const CLAIMS = { iss: "https://acme.eu.auth0.com/", sub: "auth0|7" };

interface Scoped {
  readonly parent?: unknown;
  readonly roles: readonly { readonly trust: unknown; readonly permissions: unknown }[];
}

async function scopedOf(store: string): Promise<Scoped> {
  const { stdout, stderr, status } = await runCommand(["setup", store, ...CONFIG, "--json"]);
  expect(status, stderr).toBe(0);
  return (JSON.parse(stdout) as { readonly credentials: Scoped }).credentials;
}

describe("setup, for a policy that gives credentials", () => {
  it.each(["media", "cluster", "files", "edge"])("is what was looked over: %s", async (store) => {
    const golden = JSON.parse(
      await readFile("test/e2e/golden/setup/credentials.json", "utf8"),
    ) as Readonly<Record<string, unknown>>;
    expect(await scopedOf(store)).toEqual(golden[store]);
  });

  it("names actions and conditions that AWS lists, in AWS's grammar", async () => {
    const { roles } = await scopedOf("media");
    expect(roles).toHaveLength(2);
    for (const { permissions } of roles)
      expect(await judgePolicy(permissions, "identity")).toEqual([]);
    expect(await judgePolicy((await scopedOf("files")).parent, "identity")).toEqual([]);
  });

  it("gives the parent of a role no right over any object", async () => {
    const { parent } = await scopedOf("media");
    expect(JSON.stringify(parent)).not.toContain("s3:");
  });

  it("prints documents and commands to paste, and nothing of tickets where there are none", async () => {
    const { stdout } = await runCommand(["setup", "cluster", ...CONFIG]);
    expect(stdout).toContain("1. Credentials for one prefix");
    expect(stdout).toContain("radosgw-admin role create --role-name=edge-presigner-scoped");
    expect(stdout).not.toContain("CORS");
    const media = await runCommand(["setup", "media", ...CONFIG]);
    expect(media.stdout).toContain("CORS");
    expect(media.stdout).toContain("--path /uploads/ --max-session-duration 3600");
  });
});

describe("simulate, for a policy that gives credentials", () => {
  const simulate = async (claims: object, ...args: readonly string[]) =>
    runCommand([
      "simulate",
      ...CONFIG,
      "--policy",
      "sync",
      "--claims",
      JSON.stringify({ ...CLAIMS, ...claims }),
      ...args,
    ]);

  it("says what a caller would get", async () => {
    const { stdout, stderr, status } = await simulate({});
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(
      "temporary credentials of media to read and write sync/auth0.7c7/\n  for 900 seconds",
    );
    const { stdout: json } = await simulate({}, "--json");
    expect(JSON.parse(json)).toMatchObject({
      isAllowed: true,
      status: 201,
      credentials: { store: "media", prefix: "sync/auth0.7c7/", expiresInSeconds: 900 },
    });
  });

  it("says why a caller would get none", async () => {
    const restricted = await simulate({ maxBytes: 5 });
    expect(restricted.stdout).toContain("Ask without the restriction maxBytes");
    const uploads = await simulate({ actions: ["upload"] }, "--expect", "forbidden");
    expect([restricted.status, uploads.status]).toEqual([1, 0]);
  });
});
