/** Bundles as `wrangler deploy` would upload them, without the deployment. */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { readOutput } from "./read-output.ts";
import { OPTIONS } from "./runtime.ts";
import { ROOT, type Workshop } from "./workspace.ts";

/** The command's own file: the one in `bin` would be another process around it. */
const WRANGLER = createRequire(import.meta.url).resolve("wrangler");

export interface Bundle {
  readonly file: string;
  readonly gzipKiB: number;
}

/** An entry file of bench/worker, without bindings: a bare workerd has none. */
export async function bundleWorker(workshop: Workshop, name: string): Promise<Bundle> {
  const main = join(ROOT, "bench", "worker", `${name}.ts`);
  const config = join(workshop.folder, `${name}.json`);
  writeFileSync(config, JSON.stringify({ name, main, ...OPTIONS }));
  return bundle(workshop, name, ["--config", config]);
}

/** What `npm run deploy` would upload. */
export async function bundleProduction(workshop: Workshop): Promise<Bundle> {
  return bundle(workshop, "index", ["--env="]);
}

async function bundle(workshop: Workshop, name: string, args: readonly string[]): Promise<Bundle> {
  const folder = join(workshop.folder, name);
  const command = [WRANGLER, "deploy", "--dry-run", "--minify", "--outdir", folder, ...args];
  const printed = await readOutput(workshop.start(process.execPath, command));
  const gzip = /gzip: ([\d.]+) KiB/.exec(printed)?.[1];
  if (gzip === undefined)
    throw new Error(`Cannot find the size in what wrangler says:\n${printed}`);
  return { file: join(folder, `${name}.js`), gzipKiB: Number(gzip) };
}
