import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

it("holds every invariant after a short soak", () => {
  const args = ["run", "-s", "soak", "--", "--minutes", "0.3"];
  const { status, stdout } = spawnSync("npm", args, { encoding: "utf8" });
  expect({ status, stdout }).toMatchObject({ status: 0 });
}, 240_000);
