/** Checks that what `npm run build` made can be published: its entries and types are found. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "./run-tool.ts";

const folder = mkdtempSync(join(tmpdir(), "edge-presigner-pack-"));
try {
  const options = ["--ignore-scripts", "--silent", "--pack-destination", folder];
  const name = execFileSync("npm", ["pack", ...options], { encoding: "utf8" }).trim();
  runTool("publint", "--strict", join(folder, name));
  runTool("attw", join(folder, name), "--profile", "esm-only");
} finally {
  rmSync(folder, { recursive: true });
}
