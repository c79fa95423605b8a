/** `check-config` and `deploy` in a project with environments: what each of them lacks. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkEnvironments } from "../../../cli/check-environments.ts";
import { readDeployments } from "../../../cli/read-deployments.ts";
import { auth0, defineConfig, r2 } from "../../../src/define.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const ACCOUNT = "0123456789abcdef0123456789abcdef";

const READY = defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [auth0({ domain: "acme.eu.auth0.com", audience: "uploads" })],
  stores: { media: r2({ account: ACCOUNT, bucket: "media" }) },
  policies: {
    photo: {
      store: "media",
      key: "users/{user}/{id}.{ext}",
      types: ["image/png"],
      maxBytes: "5 MB",
      quota: { bytes: "1 GB / day" },
    },
  },
  environments: {
    staging: { stores: { media: r2({ account: ACCOUNT, bucket: "media-staging" }) } },
  },
});

const bindings = (table: (name: string) => string) => `
[${table("secrets")}]
required = ["MEDIA_ACCESS_KEY_ID", "MEDIA_SECRET_ACCESS_KEY", "UPLOAD_ID_SECRET", "RECEIPT_PRIVATE_KEY"]

[[${table("ratelimits")}]]
name = "RATE_LIMIT_ADDRESS"
namespace_id = "1"
simple = { limit = 600, period = 60 }

[[${table("ratelimits")}]]
name = "RATE_LIMIT_CALLER"
namespace_id = "2"
simple = { limit = 120, period = 60 }

[[${table("durable_objects.bindings")}]]
name = "LEDGER"
class_name = "Ledger"
`;
const TOP = `name = "acme"
main = "index.js"
compatibility_date = "2026-11-01"
${bindings((name) => name)}
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Ledger"]
`;
const STAGING = `[env.staging.vars]\nENVIRONMENT = "staging"\n${bindings((name) => `env.staging.${name}`)}`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "presigner-environments-"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  write("package.json", "{}");
  write("presigner.config.ts", `export default ${JSON.stringify(READY)};`);
  write("index.js", "export default { fetch: () => new Response() };\nexport class Ledger {}\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}
const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(ROOT, "cli/main.ts"), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
/** As the command does, in this process: to import Wrangler takes a second. */
const check = async () => {
  const deployments = await readDeployments(folder);
  return {
    ...checkEnvironments(READY, deployments),
    environments: deployments.map(({ name }) => name),
  };
};

describe("check-config in a project with environments", () => {
  it("passes where every environment has what the configuration needs", () => {
    write("wrangler.toml", TOP + STAGING);
    expect(run("check-config")).toMatchObject({
      status: 0,
      stderr: "",
      stdout: expect.stringContaining("production, staging") as string,
    });
  });

  it("names each binding and secret that an environment lacks, and what to paste", async () => {
    const vars = `[env.staging.vars]\nENVIRONMENT = "staging"\n`;
    write("wrangler.toml", TOP + vars);
    const { errors } = await check();
    expect(errors.map(({ path }) => path)).toEqual([
      "staging: wrangler.toml: secrets.required",
      "staging: wrangler.toml: durable_objects.bindings",
      "staging: limits.perAddress",
      "staging: limits.perCaller",
    ]);
    write("wrangler.toml", TOP + vars + errors.map(({ paste = "" }) => paste).join("\n"));
    expect(await check()).toMatchObject({ errors: [], warnings: [] });
  });

  it("leaves out an environment for development", async () => {
    const dev = `[[env.dev.r2_buckets]]\nbinding = "LOCAL_BUCKET"\nbucket_name = "uploads"
[env.dev.r2_buckets.local_dev.experimental_s3_credentials]\naccessKeyId = "a"\nsecretAccessKey = "b"\n`;
    write("wrangler.toml", TOP + STAGING + dev);
    expect(await check()).toMatchObject({ errors: [], environments: [undefined, "staging"] });
    expect(run("deploy", "--env", "dev", "--dry-run")).toMatchObject({ status: 2 });
  });
});

describe("deploy", () => {
  it("passes its arguments on to Wrangler, with the environment", () => {
    write("wrangler.toml", TOP + STAGING);
    const { status, stdout, stderr } = run("deploy", "--env", "staging", "--dry-run");
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('env.ENVIRONMENT ("staging")');
    expect(run("deploy", "--dry-run").stdout).not.toContain("env.ENVIRONMENT");
  });

  it("deploys nothing while another environment lacks a binding", () => {
    write("wrangler.toml", `${TOP}[env.staging.vars]\nENVIRONMENT = "staging"\n`);
    const { status, stdout, stderr } = run("deploy", "--dry-run");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("[[env.staging.durable_objects.bindings]]");
  });

  it("names the environments that there are", () => {
    write("wrangler.toml", TOP + STAGING);
    const { status, stderr } = run("deploy", "--env", "stagign", "--dry-run");
    expect(status).toBe(2);
    expect(stderr).toContain("It has production, staging.");
  });
});

describe("a project with secrets in the Secrets Store", () => {
  const storeId = "0123456789abcdef0123456789abcdef";
  const stored = (binding: string) =>
    `[[secrets_store_secrets]]\nbinding = "${binding}"\nstore_id = "${storeId}"\nsecret_name = "uploads-${binding.toLowerCase()}"\n`;
  const STORED = ["MEDIA_SECRET_ACCESS_KEY", "UPLOAD_ID_SECRET"];
  const without = STORED.reduce((text, name) => text.replace(`"${name}", `, ""), TOP);
  const project = without + STORED.map(stored).join("\n") + STAGING;
  const create = (name: string) =>
    `npx wrangler secrets-store secret create ${storeId} --name ${name} --scopes workers --remote`;

  it("passes where each secret is in secrets.required, or is bound", async () => {
    write("wrangler.toml", project);
    expect(await check()).toMatchObject({ errors: [], warnings: [] });
    expect(run("deploy", "--dry-run")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/env\.UPLOAD_ID_SECRET .*uploads-upload_id_secret/) as string,
    });
    const all = ["MEDIA_ACCESS_KEY_ID", "RECEIPT_PRIVATE_KEY"].map(stored).join("\n");
    const none = project.replace(/\[secrets\]\nrequired = .*\n/, "") + all;
    write("wrangler.toml", none);
    expect((await check()).errors).toEqual([]);
  });

  it("names the one that is neither", async () => {
    write("wrangler.toml", project.replace(stored("UPLOAD_ID_SECRET"), ""));
    expect((await check()).errors).toEqual([
      { path: "wrangler.toml: secrets.required", detail: 'add "UPLOAD_ID_SECRET"' },
    ]);
  });

  it("names the one that is both, in Wrangler's words", () => {
    write("wrangler.toml", TOP + stored("UPLOAD_ID_SECRET"));
    const { status, stderr } = run("check-config");
    expect(status).toBe(2);
    expect(stderr).toContain("UPLOAD_ID_SECRET assigned to Secrets Store Secret and Secret");
    expect(stderr).not.toContain("    at ");
  });

  it("gets the commands of the store from keys and setup", () => {
    write("wrangler.toml", project);
    const { stdout } = run("keys", "UPLOAD_ID_SECRET", "RECEIPT_PRIVATE_KEY");
    expect(stdout).toContain(create("uploads-upload_id_secret"));
    expect(stdout).toContain('npx wrangler secret put RECEIPT_PRIVATE_KEY --env=""');
    expect(stdout).toContain("npx edge-presigner deploy");
    const setup = run("setup", "media");
    expect(setup.stdout, setup.stderr).toContain(create("uploads-media_secret_access_key"));
    expect(setup.stdout).toContain('npx wrangler secret put MEDIA_ACCESS_KEY_ID --env=""');
  });

  it("gets a new name for a value that is rotated", () => {
    write("wrangler.toml", project);
    const { stdout } = spawnSync(
      process.execPath,
      [join(ROOT, "cli/main.ts"), "keys", "UPLOAD_ID_SECRET", "--rotate"],
      { cwd: folder, encoding: "utf8", env: { ...process.env, UPLOAD_ID_SECRET: "present" } },
    );
    const today = new Date().toISOString().slice(0, 10);
    expect(stdout).toContain(create(`uploads-upload_id_secret-${today}`));
    expect(stdout).toContain('npx wrangler secret put UPLOAD_ID_SECRET_PREVIOUS --env=""');
  });
});
