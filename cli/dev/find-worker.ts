/** Finds the Worker of a project: the entry that its Wrangler configuration names, if that makes a presigner. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { findWrangler } from "./find-wrangler.ts";
import type { Unstable_RawConfig as WranglerConfig } from "wrangler";

export interface ProjectWorker {
  readonly config: WranglerConfig;
  /** The folder that its relative paths start from. */
  readonly folder: string;
  /** The entry that makes the presigner; `undefined` where none does. */
  readonly entry: string | undefined;
}

/** What makes a presigner: of a configuration, or of one that `edge-presigner build` has compiled. */
const ENTRIES = new Set(["edge-presigner/worker", "edge-presigner/built"]);
const CONFIG_FILES = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/** Returns the Wrangler configuration of the folder, or `undefined` where there is none. */
export async function findWorker(folder: string): Promise<ProjectWorker | undefined> {
  const file = CONFIG_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file === undefined) return undefined;
  findWrangler(folder);
  const rawConfig = await readRawConfig(file);
  const main = rawConfig.main === undefined ? undefined : resolve(dirname(file), rawConfig.main);
  const entry = main !== undefined && (await usesPresigner(main)) ? main : undefined;
  return { config: rawConfig, folder: dirname(file), entry };
}

/** Its type in Wrangler is of a package that Wrangler bundles, and that nobody has installed. */
interface RawConfigReader {
  readonly experimental_readRawConfig: (args: { readonly config: string }) => {
    readonly rawConfig: WranglerConfig;
  };
}

/** Imports Wrangler only when it is needed: it takes a second. */
async function readRawConfig(file: string): Promise<WranglerConfig> {
  const wrangler: unknown = await import("wrangler");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the interface says why
  return (wrangler as RawConfigReader).experimental_readRawConfig({ config: file }).rawConfig;
}

const PROGRAM = /\/[^/.]+$|\.([cm]?[jt]sx?|json)$/;

/** What is no program, such as WebAssembly, imports nothing. */
const skipOtherFiles: Plugin = {
  name: "skip-other-files",
  setup: (bundler) => {
    bundler.onResolve({ filter: /^\./ }, ({ path }) =>
      PROGRAM.test(path) ? undefined : { path, external: true },
    );
  },
};

async function usesPresigner(main: string): Promise<boolean> {
  const found = await build({
    entryPoints: [main],
    bundle: true,
    write: false,
    metafile: true,
    packages: "external",
    format: "esm",
    logLevel: "silent",
    plugins: [skipOtherFiles],
  }).catch(() => undefined);
  // Wrangler names what is wrong in it.
  if (!found) return true;
  const imports = Object.values(found.metafile.outputs).flatMap((output) => output.imports);
  return imports.some(({ path }) => ENTRIES.has(path));
}
