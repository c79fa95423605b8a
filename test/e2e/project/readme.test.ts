import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPort } from "../support/find-port.ts";

/** The shell blocks of the README, in order, by the heading of their section. */
async function readBlocks(heading: string): Promise<readonly string[]> {
  const readme = await readFile("README.md", "utf8");
  const [, section = ""] = readme.split(`## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  return [...own.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
}

const linesOf = (blocks: readonly string[]) =>
  blocks
    .join("")
    .trim()
    .split(/\s*\n\s*/);

describe("a newcomer with the README", () => {
  let port: number;
  let dev: ChildProcess;
  let printed = "";

  beforeAll(async () => {
    port = await findPort();
    dev = spawn("npm", ["run", "dev", "--", "--port", String(port)], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      // As on a machine where Wrangler has never run.
      env: { ...process.env, HOME: mkdtempSync(join(tmpdir(), "home-")), XDG_CONFIG_HOME: "" },
    });
    dev.stdout?.on("data", (chunk) => (printed += String(chunk)));
    dev.stderr?.on("data", (chunk) => (printed += String(chunk)));
    const deadline = Date.now() + 50_000;
    while (!printed.includes("Ready on")) {
      if (Date.now() > deadline) throw new Error(`npm run dev is not ready: ${printed}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  afterAll(() => {
    // npm, node and workerd are one group.
    if (dev.pid) process.kill(-dev.pid, "SIGTERM");
  });

  /** Runs the commands in one shell. Returns what each block prints. */
  function runBlocks(blocks: readonly string[]): readonly string[] {
    // `cat` keeps the output open: wrangler shuts its own standard output down when it ends.
    const script = `{\n${blocks.join("\nprintf '\\n=====\\n'\n")}\n} | cat`;
    const { stdout, stderr } = spawnSync(
      "bash",
      ["-c", script.replaceAll("localhost:8787", `localhost:${port}`)],
      { encoding: "utf8" },
    );
    const printedBlocks = stdout.split("\n=====\n").map((text) => text.trim());
    expect(printedBlocks, stderr).toHaveLength(blocks.length);
    return printedBlocks;
  }

  it("starts the server with two commands, makes a project with five, and deploys with four", async () => {
    expect(linesOf(await readBlocks("Run it"))).toEqual(["npm ci", "npm run dev"]);
    // test/e2e/project/init.test.ts packs, installs and runs what init has written.
    expect(linesOf(await readBlocks("Make it yours"))).toEqual([
      "npx edge-presigner init ../my-uploads",
      "npm pack",
      "cd ../my-uploads",
      'npm install "$OLDPWD"/edge-presigner-*.tgz',
      "npm run dev",
    ]);
    expect(linesOf(await readBlocks("Deploy it"))).toEqual([
      "npx edge-presigner setup",
      "npm run deploy",
      "npx edge-presigner doctor",
      'npx edge-presigner smoke --url https://uploads.example.com --token "$TOKEN"',
    ]);
  });

  it("puts a file into the store with four lines, sees it there, and gets a receipt", async () => {
    const blocks = await readBlocks("Call it");
    expect(blocks.map((block) => block.trim().split("\n").length)).toEqual([4, 1, 1]);
    const [put, read, completed = ""] = runBlocks(blocks);
    expect(put).toContain("200 OK");
    expect(read).toBe("hello");
    expect(JSON.parse(completed)).toMatchObject({
      status: "completed",
      size: 5,
      contentType: "text/plain",
    });
    expect(completed).toMatch(/"receipt":"ey/);
  });

  it("is refused where a ticket is used again, or another type is sent", async () => {
    const [commands = ""] = await readBlocks("Call it");
    const put = commands.trim().split("\n").at(-1) ?? "";
    const [first, again, other] = runBlocks([
      commands,
      put,
      put.replace("Content-Type: text/plain", "Content-Type: text/html"),
    ]);
    expect(first).toContain("200 OK");
    expect(again).toContain("412 Precondition Failed");
    expect(other).toContain("403");
  });

  it("finds each script explained in CONTRIBUTING.md", async () => {
    const guide = await readFile("CONTRIBUTING.md", "utf8");
    const { scripts } = JSON.parse(await readFile("package.json", "utf8")) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    // npm runs those that begin with "pre" itself.
    const names = Object.keys(scripts).filter((name) => !name.startsWith("pre"));
    const rowOf = (name: string) => `| \`npm ${name === "test" ? "" : "run "}${name}\``;
    expect(names.filter((name) => !guide.includes(rowOf(name)))).toEqual([]);
  });

  it("is asked nothing by npm run dev, and told where it is", () => {
    expect(printed).toContain(`http://localhost:${port}`);
    expect(printed).not.toMatch(/telemetry|log in|\?\s*$/m);
  });

  it("sees a file on its way with npm run demo", () => {
    const args = ["run", "-s", "demo", "--", "--url", `http://localhost:${port}`];
    const { status, stdout, stderr } = spawnSync("npm", args, { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    for (const step of [
      "Ticket for documents/alice/",
      "33554432 bytes",
      "found the object in the store",
      "Receipt verified",
    ]) {
      expect(stdout).toContain(step);
    }
  });

  it("is told to start the server, where npm run demo finds none", async () => {
    const args = ["run", "-s", "demo", "--", "--url", `http://localhost:${await findPort()}`];
    const { status, stdout } = spawnSync("npm", args, { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stdout).toContain("npm run dev");
  });

  it("gets a restricted token where it asks for one", () => {
    const args = ["run", "-s", "token", "--", "alice", "--policy", "avatar", "--expires", "10 min"];
    const { stdout } = spawnSync("npm", args, { encoding: "utf8" });
    const [, payload = ""] = stdout.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<
      string,
      number
    >;
    expect(claims).toMatchObject({ sub: "alice", policies: ["avatar"] });
    expect((claims["exp"] ?? 0) - (claims["iat"] ?? 0)).toBe(600);
    expect(stdout.trim().split("\n")).toHaveLength(1);
  });

  it("is told how to ask for a token", () => {
    const { status, stdout, stderr } = spawnSync("npm", ["run", "-s", "token"], {
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("Usage: edge-presigner token [options] <user>");
  });
});

/** The text of a page without its programs. */
function readProse(path: string): string {
  return readFileSync(path, "utf8").replaceAll(/^ *```[\s\S]*?^ *```$/gm, "");
}

/** The anchors of a page, as GitHub makes them from its headings. */
function anchorsOf(path: string): readonly string[] {
  return [...readProse(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("the documentation", () => {
  const pages = globSync(["*.md", "docs/**/*.md", "{client/*,bench,test/vectors}/*.md"]);

  it.for(pages)("links to what exists: %s", (page) => {
    const targets = [...readProse(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^https?:/.test(target));
    const broken = targets.filter((target) => {
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      if (!existsSync(file)) return true;
      return anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});
