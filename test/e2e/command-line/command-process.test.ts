/** The command as a process of its own: help, exit codes and standard input. Its cases run in the process of the tests. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { spawnCommand } from "../support/command.ts";

describe("npx edge-presigner as a process", () => {
  it.for([
    "build",
    "dev",
    "setup",
    "doctor",
    "explain",
    "simulate",
    "keys",
    "token",
    "upload",
    "credentials",
    "revoke",
    "receipt",
  ])("prints the help of %s, and exits with 0", async (name) => {
    const { status, stdout, stderr } = await spawnCommand([name, "--help"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(`Usage: edge-presigner ${name}`);
  });

  it("exits with 1 for a negative result, and with 2 for a wrong command line", async () => {
    const refused = ["simulate", "--policy", "avatar", "--name", "a.gif", "--size", "9"];
    expect((await spawnCommand(refused)).status).toBe(1);
    const wrong = await spawnCommand(["simulate", "--size", "many"]);
    expect(wrong).toMatchObject({ status: 2, stdout: "" });
    expect(wrong.stderr).toContain("--size");
    expect((await spawnCommand(["keys", "PASSWORD"])).status).toBe(2);
    expect((await spawnCommand([])).status).toBe(2);
  });

  it("reads a pipe", async () => {
    const child = spawn(process.execPath, ["cli/main.ts", "explain", "--json"]);
    child.stdin.end("https://bucket.s3.us-east-1.amazonaws.com/a.png?X-Amz-Algorithm=AWS4");
    const [stdout] = await Promise.all([text(child.stdout), once(child, "close")]);
    expect(child.exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ cause: "url-cut" }] });
  });
});
