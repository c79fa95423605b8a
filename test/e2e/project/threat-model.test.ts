import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Named {
  readonly threat: string;
  readonly file: string;
  readonly name: string;
}

/** The rows of the last table of docs/threat-model.md, each with at least one test. */
function readTable(): readonly Named[] {
  const [, section = ""] = readFileSync("docs/threat-model.md", "utf8").split(
    "## Threats and tests\n",
  );
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(2).flatMap((row) => {
    const [threat = "", , tests = ""] = row.slice(2, -2).split(" | ");
    const named = [...tests.matchAll(/\]\(\.\.\/([^)]+)\): "(.+?)"(?=<br>| *$)/g)];
    if (named.length === 0) throw new Error(`No test is named for: ${threat}`);
    return named.map(([, file = "", name = ""]) => ({ threat: threat.trim(), file, name }));
  });
}

const TABLE = readTable();

describe("the table of threats", () => {
  it.for(TABLE)("names a test that there is: $threat, $name", ({ file, name }) => {
    const source = readFileSync(file, "utf8");
    expect([`"${name}"`, `'${name}'`, `\`${name}\``].some((text) => source.includes(text))).toBe(
      true,
    );
  });

  it("names each file of attacks", () => {
    const named = new Set(TABLE.map(({ file }) => file));
    expect(globSync("test/attack/*.test.ts").filter((file) => !named.has(file))).toEqual([]);
  });
});
