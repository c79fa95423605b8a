/** Runs Dart: with the SDK that is installed, or with a Dart VM beside the checkout. */
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import {
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = join(import.meta.dirname, "../../..");
export const PACKAGE = join(ROOT, "client/dart");
/** A VM without the tools of an SDK, and the sources of package:http and package:test. */
const VM = join(ROOT, "../shared/dart");
/** Packages that need Flutter, or that the VM has not: their names and types only. */
const STAND_INS = join(import.meta.dirname, "../stand-ins");

export interface Dart {
  readonly hasSdk: boolean;
  readonly command: string;
  /** A package_config.json for the package, its dependencies and the stand-ins. */
  readonly packages: string;
}

const folders: string[] = [];

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dart-"));
  folders.push(folder);
  return folder;
}

/** Removes the folders that were made here. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Returns the Dart of this machine, or why there is none. */
export function findDart(): Dart | { readonly missing: string } {
  if (spawnSync("dart", ["--version"]).status === 0) return prepareSdk();
  if (existsSync(join(VM, "dart.sh"))) return prepareVm();
  return { missing: "there is no Dart SDK on the PATH, and no Dart VM beside the checkout" };
}

function prepareSdk(): Dart {
  run("dart", ["pub", "get"]);
  const path = join(PACKAGE, ".dart_tool/package_config.json");
  const config = JSON.parse(readFileSync(path, "utf8")) as { readonly packages: readonly Entry[] };
  const packages = config.packages.map((entry) => ({
    ...entry,
    rootUri: new URL(entry.rootUri, pathToFileURL(path)).href,
  }));
  return { hasSdk: true, command: "dart", packages: writeConfig(packages) };
}

function prepareVm(): Dart {
  const { stdout } = run("bash", [join(VM, "dart.sh")]);
  const command = /^DART=(.+)$/m.exec(stdout)?.[1] ?? "";
  const folder = /^DART_PACKAGES=(.+)$/m.exec(stdout)?.[1] ?? "";
  const packages = readdirSync(folder).map((name) => entryOf(name, join(folder, name), "3.7"));
  // The oldest Dart that the package supports: newer syntax is an error.
  const [, oldest = ""] = /sdk: ">=(\d+\.\d+)/.exec(readPackage("pubspec.yaml")) ?? [];
  const own = entryOf("edge_presigner", PACKAGE, oldest);
  return { hasSdk: false, command, packages: writeConfig([own, ...packages]) };
}

interface Entry {
  readonly name: string;
  readonly rootUri: string;
}

function entryOf(name: string, folder: string, languageVersion: string): Entry {
  const rootUri = pathToFileURL(folder).href;
  return Object.assign({ name, rootUri }, { packageUri: "lib/", languageVersion });
}

/** Adds the stand-ins of packages that are not there. */
function writeConfig(packages: readonly Entry[]): string {
  const known = new Set(packages.map(({ name }) => name));
  const missing = readdirSync(STAND_INS).filter((name) => !known.has(name));
  const standIns = missing.map((name) => entryOf(name, join(STAND_INS, name), "3.7"));
  const path = join(makeFolder(), "package_config.json");
  writeFileSync(path, JSON.stringify({ configVersion: 2, packages: [...packages, ...standIns] }));
  return path;
}

/** Compiles a program, and returns the path of what `run` starts. Throws what the compiler finds. */
export function compile({ hasSdk, command, packages }: Dart, program: string): string {
  const output = join(makeFolder(), "program.dill");
  if (hasSdk) run(command, ["compile", "kernel", `--packages=${packages}`, "-o", output, program]);
  else
    run(command, [
      `--packages=${packages}`,
      `--snapshot=${output}`,
      "--snapshot-kind=kernel",
      program,
    ]);
  return output;
}

/** Runs a command in the package's folder. Throws what it prints, unless it ends with 0. */
export function run(command: string, args: readonly string[]): { readonly stdout: string } {
  const { status, error, stdout, stderr } = tryToRun(command, args);
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`);
  return { stdout };
}

export function tryToRun(command: string, args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(command, args, { cwd: PACKAGE, encoding: "utf8", maxBuffer: 64 * 2 ** 20 });
}

/** Returns the Dart files of the package, by their path in it. */
export function findSources(pattern = "**/*.dart"): readonly string[] {
  return globSync(pattern, { cwd: PACKAGE }).toSorted();
}

export function readPackage(path: string): string {
  return readFileSync(join(PACKAGE, path), "utf8");
}
