/** Checks that `client/web` can be published: it builds, its package is valid, and its bundle is small. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build as bundle, type Plugin } from "esbuild";

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
run("tsc", "-p", join(PACKAGE, "tsconfig.build.json"));
run("publint", "--strict", PACKAGE);
run("attw", "--pack", PACKAGE, "--profile", "esm-only");
const bytes = await measure();
process.stdout.write(`client/web: ${bytes} bytes of ${MAX_BYTES}, minified and gzip\n`);
if (bytes >= MAX_BYTES) process.exitCode = 1;

/** Runs a tool. Prints its output only if it fails. */
function run(tool: string, ...args: readonly string[]): void {
  try {
    execFileSync(join(ROOT, "node_modules/.bin", tool), args, { stdio: "pipe", encoding: "utf8" });
  } catch (error) {
    for (const stream of ["stdout", "stderr"])
      if (error instanceof Error) process.stderr.write(String(Reflect.get(error, stream)));
    process.exit(1);
  }
}

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
