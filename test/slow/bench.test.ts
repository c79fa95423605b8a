import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

it("measures every variant with npm run bench", () => {
  const flags = ["--rounds", "1", "--requests", "40", "--json"];
  const args = ["run", "-s", "bench", "--", ...flags];
  const { status, stdout, stderr } = spawnSync("npm", args, { encoding: "utf8" });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  // What is measured is nobody's promise: that it is measured is.
  const { rows, bundleGzipKiB } = JSON.parse(stdout) as {
    rows: readonly { name: string }[];
    bundleGzipKiB: number;
  };
  expect(rows).toHaveLength(4);
  expect(bundleGzipKiB).toBeGreaterThan(0);
});
