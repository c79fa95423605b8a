/** Checks that `client/web` can be published: it builds, its package is valid, and its bundles are small. */
import { readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build as bundle, type Plugin } from "esbuild";
import { runTool } from "../pack/run-tool.ts";

const ROOT = join(import.meta.dirname, "..");
const PACKAGE = join(ROOT, "client/web");

interface Import {
  readonly name: string;
  readonly program: string;
  /** In an app that imports nothing else. */
  readonly maxKiB: number;
}

/** What apps import. The README has this table. */
const IMPORTS: readonly Import[] = [
  {
    name: "createUploader",
    program: 'export { createUploader } from "./dist/index.js"',
    maxKiB: 6.5,
  },
  {
    name: "createUploader, createQueue",
    program: 'export { createUploader, createQueue } from "./dist/index.js"',
    maxKiB: 12,
  },
  {
    name: "createUploader, useUpload",
    program:
      'export { createUploader } from "./dist/index.js"; export { useUpload } from "./dist/react.js"',
    maxKiB: 12,
  },
  { name: "/dropzone", program: 'import "./dist/dropzone.js"', maxKiB: 22 },
  { name: "/uppy", program: 'export * from "./dist/uppy.js"', maxKiB: 2 },
];

rmSync(join(PACKAGE, "dist"), { recursive: true, force: true });
runTool("tsc", "-p", join(PACKAGE, "tsconfig.build.json"));
runTool("publint", "--strict", PACKAGE);
runTool("attw", "--pack", PACKAGE, "--profile", "esm-only");
const readme = readFileSync(join(PACKAGE, "README.md"), "utf8");
for (const one of IMPORTS) {
  // oxlint-disable-next-line no-await-in-loop -- printed in this order
  if (!check(one, (await measure(one.program)).bytes / 1024)) process.exitCode = 1;
}
await printLater();

/** Prints the size beside its bound, which the README has too. */
function check({ name, maxKiB }: Import, kib: number): boolean {
  process.stdout.write(`client/web: ${name}: ${kib.toFixed(2)} of ${maxKiB} KiB\n`);
  const row = new RegExp(`\\| +\`${name.replace(", ", "`, `")}\` +\\| +${maxKiB} KiB +\\|`);
  const isDocumented = row.test(readme);
  if (!isDocumented)
    process.stderr.write(`client/web/README.md has no row \`${name}\` with ${maxKiB} KiB\n`);
  // A bundler leaves out a module that package.json declares to be free of side effects.
  const isInBundle = kib > maxKiB / 4;
  if (!isInBundle) process.stderr.write(`client/web: ${name} is not in the bundle\n`);
  return isDocumented && isInBundle && kib < maxKiB;
}

/** Prints what `createUploader` loads with the first upload that needs it. */
async function printLater(): Promise<void> {
  const core = await measure('export { createUploader } from "./dist/index.js"');
  const rest = new Set(core.later);
  for (const path of rest) {
    // oxlint-disable-next-line no-await-in-loop -- one may name the next
    const { bytes, later } = await measure(`export * from "${path}"`, core.files);
    for (const one of later) rest.add(one);
    const kib = (bytes / 1024).toFixed(2);
    process.stdout.write(`client/web: ${kib} KiB more with ${relative(PACKAGE, path)}\n`);
  }
}

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
        return {
          ...found,
          external: kind === "dynamic-import" || path === "react" || loaded.has(found.path),
        };
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
