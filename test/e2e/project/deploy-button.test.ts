/** What Cloudflare's Deploy button reads of a repository: docs/recipes/deploy-button.md. The button itself is not run. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";
import * as z from "zod/mini";
import { askForTicket, startServer, tokenFor } from "../support/server.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const AUTH0 = ["--login=auth0", "--domain=acme.eu.auth0.com", "--audience=https://api.acme.dev"];

interface PackageFile {
  readonly scripts: Readonly<Record<string, string>>;
  readonly cloudflare: { readonly bindings: Readonly<Record<string, { description: string }>> };
}

const named = z.array(z.object({ name: z.string() }));
const wranglerSchema = z.object({
  secrets: z.object({ required: z.array(z.string()) }),
  vars: z.record(z.string(), z.unknown()),
  durable_objects: z.object({ bindings: named }),
  ratelimits: named,
});

/** What `wrangler.toml` says of production, and what stands beside it. */
function read(folder: string) {
  const production: unknown = readConfig({ config: join(folder, "wrangler.toml") });
  const { secrets, vars, durable_objects: objects, ratelimits } = wranglerSchema.parse(production);
  const others = JSON.stringify(production).matchAll(/"binding":"(\w+)"/g);
  const file = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageFile;
  return {
    secrets: secrets.required,
    bindings: [
      ...Object.keys(vars),
      ...[...objects.bindings, ...ratelimits].map(({ name }) => name),
      ...Array.from(others, ([, name = ""]) => name),
    ],
    example: parseEnv(readFileSync(join(folder, ".dev.vars.example"), "utf8")),
    descriptions: file.cloudflare.bindings,
    scripts: file.scripts,
  };
}

let parent: string;
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), "presigner-button-"));
});
afterAll(() => rmSync(parent, { recursive: true }));

function init(name: string, ...args: readonly string[]): string {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, "cli/main.ts"), "init", name, "--yes", ...args],
    { cwd: parent, encoding: "utf8" },
  );
  expect(status, stderr).toBe(0);
  return join(parent, name);
}

const REPOSITORIES = [
  ["this repository", () => ROOT],
  ["a project with a shared secret", () => init("shared")],
  ["a project with Auth0", () => init("auth0", ...AUTH0)],
] as const;

describe.for(REPOSITORIES)("%s", ([, make]) => {
  let found: ReturnType<typeof read>;
  beforeAll(() => {
    found = read(make());
  });

  it("asks for each required secret, and offers no value", () => {
    expect(found.secrets.length).toBeGreaterThan(3);
    expect(found.example).toEqual(Object.fromEntries(found.secrets.map((name) => [name, ""])));
  });

  it("describes each secret and each binding, and nothing else", () => {
    const names = [...found.secrets, ...found.bindings];
    expect(Object.keys(found.descriptions).toSorted()).toEqual(names.toSorted());
    expect(found.bindings).toEqual(expect.arrayContaining(["LEDGER", "VERSION"]));
    for (const { description } of Object.values(found.descriptions))
      expect(description).toMatch(/^\S.{10,150}$/);
  });

  it("checks its configuration before it is deployed", () => {
    expect(found.scripts["deploy"]).toMatch(/(edge-presigner|main\.ts) deploy$/);
  });
});

it("leaves what is empty in .dev.vars to the development server", async () => {
  const server = await startServer({ AUTH_SECRET: "", UPLOAD_ID_SECRET: "" });
  const body = { policy: "photo", contentType: "image/png", size: 5 };
  expect(await askForTicket(server, tokenFor("alice"), body)).toHaveProperty("url");
  await server.close();
});
