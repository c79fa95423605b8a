/** `add store` in a project that `init` wrote. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const FILES = ["presigner.config.ts", "wrangler.toml"] as const;
const ARCHIVE = ["--provider=aws", "--region=eu-central-1", "--bucket=acme-archive"];

let folder: string;
const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(ROOT, "cli/main.ts"), ...args], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
const read = () => FILES.map((file) => readFileSync(join(folder, file), "utf8"));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "presigner-add-"));
  run("init", ".", "--yes", "--account=0123456789abcdef0123456789abcdef");
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  // In a project the package is installed: here the file imports the source.
  writeFileSync(join(folder, "edge-presigner.ts"), `export * from "${ROOT}/src/define.ts";`);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { paths: { "edge-presigner": ["./edge-presigner.ts"] } } }),
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("add store", () => {
  it("adds the store, and its secrets in every environment", () => {
    const { status, stdout, stderr } = run("add", "store", "media-eu", ...ARCHIVE);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("stores of staging too");
    const [config, wrangler = ""] = read();
    expect(config).toContain(
      'import { aws, defineConfig, r2, sharedSecret } from "edge-presigner"',
    );
    expect(config).toContain(
      '"media-eu": aws({ region: "eu-central-1", bucket: "acme-archive" }),',
    );
    expect(wrangler.match(/"MEDIA_EU_(SECRET_ACCESS_KEY|ACCESS_KEY_ID)",/g)).toHaveLength(4);
    const names = ["MEDIA_EU_ACCESS_KEY_ID", "MEDIA_EU_SECRET_ACCESS_KEY"];
    const example = readFileSync(join(folder, ".dev.vars.example"), "utf8");
    expect(example.split("\n").slice(-3)).toEqual([...names.map((name) => `${name}=`), ""]);
    const file = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      cloudflare: { bindings: Readonly<Record<string, { description: string }>> };
    };
    expect(Object.keys(file)).toContain("scripts");
    expect(Object.keys(file.cloudflare.bindings)).toEqual(
      expect.arrayContaining(["LEDGER", "AUTH_SECRET", ...names]),
    );
    expect(file.cloudflare.bindings[names[0] ?? ""]?.description).toContain("`media-eu`");
    const checked = run("check-config");
    expect(checked.status, checked.stderr).toBe(0);
  });

  it("writes nothing where the file is written in another way, and prints what to paste", () => {
    const [config = "", wrangler] = read();
    const other = config.replace("  stores: {\n", "  ...{}, stores: {\n");
    writeFileSync(join(folder, FILES[0]), other);
    const { status, stderr } = run("add", "store", "archive", ...ARCHIVE);
    expect(status).toBe(1);
    expect(stderr).toContain('archive: aws({ region: "eu-central-1", bucket: "acme-archive" }),');
    expect(stderr).toContain('"ARCHIVE_ACCESS_KEY_ID",');
    expect(read()).toEqual([other, wrangler]);
  });

  it.for([
    ["media", ARCHIVE, "There is a store media already"],
    ["archive", ["--provider=aws", "--bucket=acme"], "--region"],
    ["archive", [...ARCHIVE, "--region=europe"], "stores.archive.region"],
    ["Archive", ARCHIVE, "stores"],
  ] as const)("refuses %s with %j", ([name, options, message]) => {
    const before = read();
    const { status, stderr } = run("add", "store", name, ...options);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(read()).toEqual(before);
  });
});
