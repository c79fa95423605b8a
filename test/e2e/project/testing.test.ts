/** The programs of docs/testing.md, with each runner, in a project that has installed the package. */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ACME } from "../support/acme.ts";
import { installLocked } from "../support/install-locked.ts";
import { installProject, packPackage, type Project } from "../support/packed.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

const page = readFileSync(join(ROOT, "docs/testing.md"), "utf8");
const programs = [...page.matchAll(/```[jt]s\n\/\/ (\S+)\n([\s\S]*?)```/g)];

let project: Project;
beforeAll(() => {
  project = installProject([packPackage()], ["wrangler", "vitest"]);
  for (const [file, text] of Object.entries(ACME)) project.write(file, text);
  for (const [, file = "", program = ""] of programs) project.write(file, program);
  const runners = installLocked(join(ROOT, "test/runners"));
  for (const name of ["jest", "@playwright"])
    symlinkSync(join(runners, "node_modules", name), join(project.folder, "node_modules", name));
}, 240_000);
afterAll(() => project.remove());

const run = (
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) =>
  spawnSync(process.execPath, [join(project.folder, "node_modules", program), ...args], {
    cwd: project.folder,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });

it("finds a program for each runner", () =>
  expect(programs.map(([, file]) => file)).toEqual([
    "uploads.test.ts",
    "uploads.jest.js",
    "uploads.spec.ts",
  ]));

it("runs in Vitest", () => {
  const { status, stdout, stderr } = run("vitest/vitest.mjs", ["run", "uploads.test.ts"]);
  expect(status, stdout + stderr).toBe(0);
  expect(stdout).toContain("3 passed");
});

it("runs in Jest", () => {
  const { status, stderr } = run("jest/bin/jest.js", ["--testMatch", "**/uploads.jest.js"], {
    NODE_OPTIONS: "--experimental-vm-modules",
  });
  expect(status, stderr).toBe(0);
  expect(stderr).toContain("1 passed");
});

it("runs in Playwright", () => {
  const { status, stdout } = run("@playwright/test/cli.js", ["test", "uploads.spec.ts"]);
  expect(status, stdout).toBe(0);
  expect(stdout).toContain("1 passed");
});

it("leaves nothing in the project", () =>
  expect(globSync(".wrangler/edge-presigner/test-*", { cwd: project.folder })).toEqual([]));
