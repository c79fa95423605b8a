/** Checks that `client/web` can be published: it builds, its package is valid, and its bundle is small. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build as bundle, type Plugin } from "esbuild";
import { runTool } from "../pack/run-tool.ts";

const ROOT = join(import.meta.dirname, "..");
const PACKAGE = join(ROOT, "client/web");
const MAX_BYTES = 6 * 1024;

/** Leaves out dynamic imports, such as checksums: a page loads them only when it needs them. */
const skipDynamicImports: Plugin = {
  name: "skip-dynamic-imports",
  setup(build) {
    build.onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    );
  },
};

rmSync(join(PACKAGE, "dist"), { recursive: true, force: true });
runTool("tsc", "-p", join(PACKAGE, "tsconfig.build.json"));
runTool("publint", "--strict", PACKAGE);
runTool("attw", "--pack", PACKAGE, "--profile", "esm-only");
const bytes = await measure();
process.stdout.write(`client/web: ${bytes} bytes of ${MAX_BYTES}, minified and gzip\n`);
if (bytes >= MAX_BYTES) process.exitCode = 1;

/** Returns the size of `createUploader` in an app that imports nothing else. */
async function measure(): Promise<number> {
  const { outputFiles } = await bundle({
    stdin: {
      contents: `export { createUploader } from "${join(PACKAGE, "dist/index.js")}"`,
      resolveDir: PACKAGE,
    },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    plugins: [skipDynamicImports],
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}
