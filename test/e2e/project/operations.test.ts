/** docs/operations.md and the log of the Worker: each event is in both. */
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fillPage } from "../../../operations/fill-page.ts";
import { LEVELS } from "../../../src/events.ts";
import { PROBLEMS } from "../../../src/problem.ts";

const page = readFileSync("docs/operations.md", "utf8");
const sources = globSync("src/**/*.ts")
  .filter((file) => file !== "src/events.ts")
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

describe("docs/operations.md", () => {
  it("is what the catalogue says today: npm run operations", () => {
    expect(page).toBe(fillPage(page));
  });

  it.for(Object.keys(LEVELS))("has an event that something logs: %s", (name) => {
    expect(page).toContain(`\n#### ${name}\n`);
    expect(sources).toContain(`"${name}"`);
  });

  it.for([
    "docs/lifecycle.md",
    "docs/configuration.md",
    "docs/bucket-events.md",
    "docs/embedding.md",
  ])("is not contradicted: %s names no event that there is not", (path) => {
    const named = readFileSync(path, "utf8").match(
      /`[a-z]+-(failed|refused|dropped|settled|sent|issued)`/g,
    );
    const unknown = (named ?? []).filter(
      (one) => !Object.hasOwn({ ...LEVELS, ...PROBLEMS }, one.slice(1, -1)),
    );
    expect(unknown).toEqual([]);
  });
});
