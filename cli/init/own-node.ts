/** The Node.js that a user's own commands run with. */
import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";

const BIN = join("node_modules", ".bin");

/** Returns its version, `24.21.0`. npm puts the programs of a project, and so its Node.js, in front of PATH. */
export function readOwnNodeVersion(path = process.env["PATH"] ?? ""): string {
  const folders = path.split(delimiter).filter((folder) => !folder.endsWith(BIN));
  const { stdout } = spawnSync("node", ["--version"], {
    encoding: "utf8",
    env: { ...process.env, PATH: folders.join(delimiter) },
    timeout: 5000,
  });
  return /^v(\d+\.\d+\.\d+)/.exec(stdout ?? "")?.[1] ?? process.versions.node;
}
