/** What a user does: installs the package into an empty folder, and runs and tests a configuration of their own. */
import { spawn, type ChildProcess } from "node:child_process";
import { globSync, readFileSync, statSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ACME, CONFIG, ENTRY } from "../support/acme.ts";
import { installProject, packPackage, type Project } from "../support/packed.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const MB = 1e6;

const TYPES = `import { defineConfig, type ConfigDefinition } from "edge-presigner";
import { createPresigner, type Presigner } from "edge-presigner/worker";
import { startPresigner, type TestPresigner } from "edge-presigner/testing";
import config from "./presigner.config.ts";

export const definition: ConfigDefinition = config;
export const presigner: Presigner = createPresigner(config);
export const started: Promise<TestPresigner> = startPresigner({ config });
// @ts-expect-error there is no such store
defineConfig({ ...config, policies: { photo: { store: 1 } } });
`;

const MOUNTED = `import { Hono } from "hono";
import { createPresigner } from "edge-presigner/worker";
import config from "../presigner.config.ts";

const presigner = createPresigner(config, { authorize: () => false });
const app = new Hono();
app.get("/", (c) => c.text("my own"));
app.route("/uploads", presigner.app);
export default app;
export class Ledger extends presigner.Ledger {}
export class Uploads extends presigner.Uploads {}
`;

let project: Project;
beforeAll(() => {
  project = installProject([packPackage()], ["wrangler", "typescript"]);
  for (const [file, text] of Object.entries(ACME)) project.write(file, text);
}, 180_000);
afterAll(() => project.remove());

const edgePresigner = (...args: readonly string[]) =>
  project.run("edge-presigner/bin/edge-presigner.js", args);

describe("the installed package", () => {
  it("takes at most 16 MB, without wrangler and esbuild", () => {
    const files = globSync("node_modules/**/*", { cwd: project.folder }).filter(
      (file) => !/^node_modules\/(@?esbuild|wrangler|typescript)(\/|$)/.test(file),
    );
    const bytes = files
      .map((file) => statSync(join(project.folder, file)))
      .filter((stat) => stat.isFile());
    const total = bytes.reduce((sum, { size }) => sum + size, 0);
    expect(total).toBeGreaterThan(MB);
    expect(total).toBeLessThan(16 * MB);
  });

  it("has nothing of the tests in it", () => {
    const own = join(project.folder, "node_modules/edge-presigner");
    const folders = globSync(["*", "dist/*"], { cwd: own });
    expect(folders.toSorted()).toEqual([
      "LICENSE",
      "README.md",
      "bin",
      "dist",
      ...["cli", "client", "demo", "dev", "reference", "src", "testing"].map(
        (name) => `dist/${name}`,
      ),
      "docs",
      "package.json",
    ]);
  });

  it("has types for each entry, under strict", () => {
    project.write("types.ts", TYPES);
    project.write("src/mounted.ts", MOUNTED);
    const types = join(ROOT, "worker-configuration.d.ts");
    project.write(
      "worker-configuration.d.ts",
      readFileSync(types, "utf8").replace(/import\("[^"]+"\)\.\w+/, "undefined"),
    );
    const options = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      module: "esnext",
      moduleResolution: "bundler",
      target: "es2024",
      lib: ["es2024"],
      allowImportingTsExtensions: true,
      types: [],
    };
    project.write(
      "tsconfig.json",
      JSON.stringify({
        compilerOptions: options,
        files: ["types.ts", "src/index.ts", "src/mounted.ts", "worker-configuration.d.ts"],
      }),
    );
    const { status, stdout } = project.run("typescript/bin/tsc", ["-p", "."]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });

  it("bundles for a deployment", () => {
    const { status, stdout, stderr } = project.run("wrangler/bin/wrangler.js", [
      "deploy",
      "--dry-run",
    ]);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("env.LEDGER");
  });

  it("loads the configuration in its commands", () => {
    const { status, stdout, stderr } = edgePresigner("setup", "media");
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('bucket "acme-media" of Cloudflare R2');
  });

  it("names a page of its documentation that is there", () => {
    project.write("wrong.config.ts", "export default { stores: {} };\n");
    const { status, stderr } = edgePresigner("check-config", "--config=wrong.config.ts");
    expect(status, stderr).toBe(1);
    const page = /(\S+\.md) explains each field/.exec(stderr)?.[1] ?? "";
    expect(page).toBe("node_modules/edge-presigner/docs/configuration.md");
    expect(readFileSync(join(project.folder, page), "utf8")).toContain("# Configuration");
  });

  it("says what setup --apply needs", () => {
    const { status, stderr } = edgePresigner("setup", "media", "--apply", "--yes");
    expect(status).toBe(2);
    expect(stderr).toContain("npm install --save-dev @aws-sdk/client-s3");
  });
});

describe("edge-presigner dev", () => {
  let dev: ChildProcess | undefined;
  let printed = "";
  const start = (...args: readonly string[]) => {
    printed = "";
    const program = join(project.folder, "node_modules/edge-presigner/bin/edge-presigner.js");
    dev = spawn(process.execPath, [program, "dev", "--port", "0", ...args], {
      cwd: project.folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [dev.stdout, dev.stderr])
      stream?.on("data", (chunk) => (printed += String(chunk)));
  };
  const untilPrinted = async (text: string) =>
    expect.poll(() => printed, { timeout: 50_000 }).toContain(text);
  const untilReady = async () => {
    await untilPrinted("Ctrl-C ends");
    return /Ready on (\S+)/.exec(printed)?.[1] ?? "";
  };
  afterEach(async () => {
    const ended = new Promise((done) => dev?.once("close", done));
    dev?.kill("SIGTERM");
    await ended;
    for (const [file, text] of Object.entries(ACME)) project.write(file, text);
  });

  it("stores a file under a policy of the user's own", async () => {
    start();
    const url = await untilReady();
    const token = edgePresigner("token", "alice", "--claim", "org=acme").stdout.trim();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const ask = async (path: string, body: object) =>
      (
        await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })
      ).json() as Promise<Record<string, string> & { headers: Record<string, string> }>;
    const ticket = await ask("/v1/uploads", { contentType: "image/png", size: 5 });
    expect(ticket["url"]).toContain("/acme-media/users/alice/");
    const put = await fetch(ticket["url"] ?? "", {
      method: "PUT",
      headers: ticket.headers,
      body: "hello",
    });
    expect(put.status).toBe(200);
    expect(await ask(`/v1/uploads/${ticket["id"]}/complete`, {})).toMatchObject({
      status: "completed",
      key: ticket["key"],
    });
    const backup = { policy: "backup", contentType: "application/octet-stream", size: 5 };
    expect(await ask("/v1/uploads", backup)).toMatchObject({ code: "invalid-request" });
    const checksum = { algorithm: "sha256", value: "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" };
    const other = await ask("/v1/uploads", { ...backup, checksum });
    expect(other["key"]).toMatch(/^backup\/acme\/alice\//);
    expect(other["url"]).toContain("/acme-archive/");
    expect(other.headers).not.toHaveProperty("x-amz-storage-class");
  });

  it("says what to open, which policies run and how to get a token, and nothing of Wrangler's", async () => {
    start();
    const url = await untilReady();
    expect(printed).toContain(`Page      ${url}/dev/`);
    expect(printed).toContain("npx edge-presigner token alice");
    expect(printed).toContain("avatar (default), backup");
    expect(printed).toContain("without storageClass");
    expect(printed).not.toMatch(/WARNING|experimental|wrangler types|binding/i);
    const page = await fetch(`${url}/dev/`);
    expect(await page.text()).toContain("page.js");
    expect((await fetch(`${url}/dev/page.js`)).status).toBe(200);
    expect(JSON.parse(await readPolicies(url))).toMatchObject({
      // alice's token has no claim for the key of the other one.
      policies: [{ name: "avatar" }],
    });
  });

  it("answers on a loopback address only", async () => {
    start();
    const { port } = new URL(await untilReady());
    // Linux has all of 127.0.0.0/8: a server on every address answers on this one too.
    const others = Object.values(networkInterfaces()).flatMap((list = []) =>
      list.filter(({ internal, family }) => !internal && family === "IPv4"),
    );
    for (const address of ["127.0.0.2", ...others.map((one) => one.address)])
      await expect(fetch(`http://${address}:${port}/healthz`)).rejects.toThrow("fetch failed");
  });

  it("prints the errors of a configuration, waits for a change, and reads every other change", async () => {
    project.write("presigner.config.ts", CONFIG.replace('"5 MB"', '"5 megs"'));
    start();
    await untilPrinted("Waiting for a change of presigner.config.ts");
    expect(printed).toContain("policies.avatar.maxBytes");
    project.write("presigner.config.ts", CONFIG);
    const url = await untilReady();
    project.write(
      "presigner.config.ts",
      CONFIG.replace("avatar: {", "portrait: {").replace('"avatar"', '"portrait"'),
    );
    await untilPrinted("has changed");
    const policies = async () => readPolicies(url);
    await expect.poll(policies, { timeout: 20_000 }).toContain("portrait");
    project.write("presigner.config.ts", CONFIG.replace("users/{user}", "users/{nobody}"));
    await untilPrinted("policies.avatar.key");
    await expect.poll(policies, { timeout: 20_000 }).toContain("portrait");
  }, 120_000);

  it("runs what the build step has compiled, also after a change", async () => {
    const build =
      'command = "npx edge-presigner build"\nwatch_dir = ["src", "presigner.config.ts"]';
    project.write("wrangler.toml", `${ACME["wrangler.toml"]}\n[build]\n${build}\n`);
    project.write(
      "src/index.ts",
      ENTRY.replace('"edge-presigner/worker"', '"../gen/presigner.ts"')
        .replace('import config from "../presigner.config.ts";\n', "")
        .replace("createPresigner(config)", "createPresigner({ authorize: () => false })"),
    );
    start();
    const url = await untilReady();
    expect(await askForTicket(url)).toMatchObject({ code: "forbidden" });
    project.write("presigner.config.ts", CONFIG.replaceAll("avatar", "portrait"));
    const policies = async () => readPolicies(url);
    await expect.poll(policies, { timeout: 20_000 }).toContain("portrait");
  }, 120_000);

  it("runs the Worker of the project, which mounts the service and has hooks", async () => {
    project.write("src/index.ts", MOUNTED);
    start();
    const url = await untilReady();
    expect(await (await fetch(`${url}/`)).text()).toBe("my own");
    expect(await askForTicket(`${url}/uploads`)).toMatchObject({ code: "forbidden" });
    // It cannot know where the service is mounted.
    expect(printed).not.toContain("Page ");
  });
});

/** Asks for a ticket as alice. */
async function askForTicket(url: string): Promise<unknown> {
  const { stdout } = edgePresigner("token", "alice");
  const answer = await fetch(`${url}/v1/uploads`, {
    method: "POST",
    headers: { authorization: `Bearer ${stdout.trim()}`, "content-type": "application/json" },
    body: JSON.stringify({ contentType: "image/png", size: 5 }),
  });
  return answer.json();
}

/** Returns what alice may do, as JSON. */
async function readPolicies(url: string): Promise<string> {
  const answer = await readText(`${url}/dev/token?user=alice`);
  if (answer === "") return "";
  const { token } = JSON.parse(answer) as { token: string };
  return readText(`${url}/v1/policies`, { authorization: `Bearer ${token}` });
}

/** Returns nothing while the Worker starts again: a request that comes then may wait for ever. */
async function readText(url: string, headers: Record<string, string> = {}): Promise<string> {
  return fetch(url, { headers, signal: AbortSignal.timeout(2000) }).then(
    async (answer) => answer.text(),
    () => "",
  );
}
