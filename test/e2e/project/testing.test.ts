/** The programs of docs/testing.md, with each runner, in a project that has installed the package. */
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

it("finds a program for each runner", () =>
  expect(programs.map(([, file]) => file)).toEqual([
    "uploads.test.ts",
    "uploads.jest.js",
    "uploads.spec.ts",
  ]));

it("runs in Vitest", () => {
  const { status, stdout, stderr } = project.run("vitest/vitest.mjs", ["run", "uploads.test.ts"]);
  expect(status, stdout + stderr).toBe(0);
  expect(stdout).toContain("3 passed");
});

it("runs in Jest", () => {
  const { status, stderr } = project.run(
    "jest/bin/jest.js",
    ["--testMatch", "**/uploads.jest.js"],
    {
      NODE_OPTIONS: "--experimental-vm-modules",
    },
  );
  expect(status, stderr).toBe(0);
  expect(stderr).toContain("1 passed");
});

it("runs in Playwright", () => {
  const { status, stdout } = project.run("@playwright/test/cli.js", ["test", "uploads.spec.ts"]);
  expect(status, stdout).toBe(0);
  expect(stdout).toContain("1 passed");
});

it("leaves nothing in the project", () =>
  expect(globSync(".wrangler/edge-presigner/test-*", { cwd: project.folder })).toEqual([]));
