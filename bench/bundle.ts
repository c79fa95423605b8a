/** Bundles Workers as `wrangler deploy` does, without deploying them. */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { readOutput } from "./read-output.ts";
import { OPTIONS } from "./runtime.ts";
import { ROOT, type Workspace } from "./workspace.ts";

/** The script of the command: the one in `bin` starts another process. */
const WRANGLER = createRequire(import.meta.url).resolve("wrangler");

export interface Bundle {
  readonly file: string;
  readonly gzipKiB: number;
}

/** Bundles an entry file of bench/worker without bindings, because a bare workerd has none. */
export async function bundleWorker(workspace: Workspace, name: string): Promise<Bundle> {
  return bundleFile(workspace, name, join(ROOT, "bench", "worker", `${name}.ts`));
}

/** Bundles an entry file without bindings. */
export async function bundleFile(
  workspace: Workspace,
  name: string,
  main: string,
): Promise<Bundle> {
  const config = join(workspace.folder, `${name}.json`);
  writeFileSync(config, JSON.stringify({ name, main, ...OPTIONS }));
  return bundle(workspace, name, ["--config", config]);
}

/** Bundles what `npm run deploy` would upload. */
export async function bundleProduction(workspace: Workspace): Promise<Bundle> {
  return bundle(workspace, "index", ["--env="]);
}

async function bundle(
  workspace: Workspace,
  name: string,
  args: readonly string[],
): Promise<Bundle> {
  const folder = join(workspace.folder, name);
  const command = [
    WRANGLER,
    "deploy",
    "--dry-run",
    "--minify",
    "--metafile",
    "--outdir",
    folder,
    ...args,
  ];
  const printed = await readOutput(workspace.start(process.execPath, command));
  const gzip = /gzip: ([\d.]+) KiB/.exec(printed)?.[1];
  if (gzip === undefined)
    throw new Error(`Cannot find the size in the output of wrangler:\n${printed}`);
  return { file: join(folder, `${name}.js`), gzipKiB: Number(gzip) };
}
