import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The lines of the README's shell blocks, by the heading that they stand under. */
async function readCommands(heading: string): Promise<string> {
  const readme = await readFile("README.md", "utf8");
  const [, section = ""] = readme.split(`## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  return [...own.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block).join("");
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (!address || typeof address === "string") throw new Error("There is no free port");
  return address.port;
}

describe("a newcomer with the README", () => {
  let port: number;
  let dev: ChildProcess;
  let printed = "";

  beforeAll(async () => {
    port = await findPort();
    dev = spawn("npm", ["run", "dev", "--", "--port", String(port)], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
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

  it("puts a file into the store with four lines, and sees it there with one more", async () => {
    const commands = await readCommands("Call it");
    expect(commands.trim().split("\n")).toHaveLength(5);
    const { stdout, stderr } = spawnSync(
      "bash",
      ["-c", commands.replaceAll("localhost:8787", `localhost:${port}`)],
      { encoding: "utf8" },
    );
    expect(stdout, stderr).toContain("200 OK");
    expect(stdout.trim().split("\n").at(-1), stderr).toBe("hello");
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
      "A ticket for documents/alice/",
      "33554432 bytes",
      "it is there",
      "The receipt is good",
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

  it("gets a narrower token where it asks for one", () => {
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
