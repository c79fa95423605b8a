/** Checks that `client/web` can be published: it builds, its package is valid, and its core is small. */
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build as bundle, type Plugin } from "esbuild";
import { runTool } from "../pack/run-tool.ts";

const ROOT = join(import.meta.dirname, "..");
const PACKAGE = join(ROOT, "client/web");
const MAX_BYTES = 6 * 1024;

rmSync(join(PACKAGE, "dist"), { recursive: true, force: true });
runTool("tsc", "-p", join(PACKAGE, "tsconfig.build.json"));
runTool("publint", "--strict", PACKAGE);
runTool("attw", "--pack", PACKAGE, "--profile", "esm-only");
const core = await measure('export { createUploader } from "./dist/index.js"');
process.stdout.write(`client/web: ${core.bytes} bytes of ${MAX_BYTES}, minified and gzip\n`);
const rest = new Set(core.later);
for (const path of rest) {
  // oxlint-disable-next-line no-await-in-loop -- one may name the next
  const { bytes, later } = await measure(`export * from "${path}"`, core.files);
  for (const one of later) rest.add(one);
  process.stdout.write(`client/web: ${bytes} bytes more with ${relative(PACKAGE, path)}\n`);
}
if (core.bytes >= MAX_BYTES) process.exitCode = 1;

interface Bundle {
  readonly bytes: number;
  /** The files that are in it. */
  readonly files: ReadonlySet<string>;
  /** Dynamic imports, such as multipart uploads: a page loads them only when it needs them. */
  readonly later: ReadonlySet<string>;
}

/** Bundles a module as an app does that imports nothing else, without the files that are loaded already. */
async function measure(source: string, loaded: ReadonlySet<string> = new Set()): Promise<Bundle> {
  const later = new Set<string>();
  const leaveOut: Plugin = {
    name: "leave-out",
    setup(build) {
      build.onResolve({ filter: /./ }, async ({ kind, path, pluginData, ...where }) => {
        if (pluginData === leaveOut) return undefined;
        const found = await build.resolve(path, { ...where, kind, pluginData: leaveOut });
        if (kind === "dynamic-import") later.add(found.path);
        return { ...found, external: kind === "dynamic-import" || loaded.has(found.path) };
      });
    },
  };
  const { outputFiles, metafile } = await bundle({
    stdin: { contents: source, resolveDir: PACKAGE },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    absWorkingDir: PACKAGE,
    plugins: [leaveOut],
    metafile: true,
    write: false,
  });
  return {
    bytes: gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length,
    files: new Set(Object.keys(metafile.inputs).map((path) => join(PACKAGE, path))),
    later,
  };
}
