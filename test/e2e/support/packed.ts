/** The package as its users get it: packed, and installed into a folder of its own. */
import { execFileSync, spawnSync, type SpawnSyncReturns } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");

/** Compiles and packs this package. Returns the path of the file. */
export function packPackage(): string {
  const folder = mkdtempSync(join(tmpdir(), "edge-presigner-pack-"));
  // Not into dist/, which another test or a person may be using.
  execFileSync(process.execPath, [join(ROOT, "pack/build.ts"), join(folder, "dist")]);
  for (const name of ["package.json", "README.md", "LICENSE", "bin", "docs"])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  return packInto(folder, folder);
}

/** Packs the package of a folder. Returns the path of the file. */
export function packFolder(folder: string): string {
  return packInto(folder, mkdtempSync(join(tmpdir(), "edge-presigner-pack-")));
}

function packInto(folder: string, target: string): string {
  const options = ["--ignore-scripts", "--silent", "--pack-destination", target];
  const name = execFileSync("npm", ["pack", ...options], { cwd: folder, encoding: "utf8" }).trim();
  return join(target, name);
}

export interface Project {
  readonly folder: string;
  readonly write: (file: string, text: string) => void;
  /** Runs a program of its packages in this Node.js. */
  readonly run: (
    program: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => SpawnSyncReturns<string>;
  readonly remove: () => void;
}

/**
 * Installs packed files into an empty folder. Packages of this repository, which everybody has, such as
 * `wrangler`, are linked into it: `links` are their names.
 */
export function installProject(files: readonly string[], links: readonly string[]): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "edge-presigner-project-")));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  write("package.json", JSON.stringify({ name: "acme-uploads", private: true, type: "module" }));
  const options = ["--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund"];
  execFileSync("npm", ["install", ...options, "--prefer-offline", ...files], {
    cwd: folder,
    stdio: "pipe",
  });
  for (const link of links) {
    mkdirSync(dirname(join(folder, "node_modules", link)), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", link), join(folder, "node_modules", link));
  }
  return {
    folder,
    write,
    run: (program, args, env = {}) =>
      spawnSync(process.execPath, [join(folder, "node_modules", program), ...args], {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, ...env },
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
