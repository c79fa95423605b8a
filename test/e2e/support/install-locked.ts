import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Installs what the lock file of a folder lists, and returns the folder. What npm wrote of its last installation says whether there is another to be done. */
export function installLocked(folder: string): string {
  const packagesOf = (path: string) => {
    const file = join(folder, path);
    if (!existsSync(file)) return "";
    const { packages } = JSON.parse(readFileSync(file, "utf8")) as { packages: object };
    return JSON.stringify(Object.entries(packages).filter(([name]) => name !== ""));
  };
  if (packagesOf("package-lock.json") === packagesOf("node_modules/.package-lock.json"))
    return folder;
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], {
    cwd: folder,
    stdio: "pipe",
  });
  return folder;
}
