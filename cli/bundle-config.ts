/**
 * Bundles a configuration file and imports the bundle. Node.js 20 runs no TypeScript, and a newer one
 * runs none under `node_modules`, which is where a configuration finds `edge-presigner`.
 */
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildOptions } from "esbuild";

/** Returns how to bundle the file, with everything that it imports, into one module in memory. */
export function bundleOptionsFor(path: string) {
  const file = resolve(path);
  const url = pathToFileURL(file).href;
  return {
    entryPoints: [file],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: "inline",
    logLevel: "silent",
    // The module is a data: URL, which has no folder of its own.
    define: {
      "import.meta.url": JSON.stringify(url),
      "import.meta.filename": JSON.stringify(file),
      "import.meta.dirname": JSON.stringify(dirname(file)),
    },
    banner: {
      js: `import { createRequire } from "node:module"; const require = createRequire(${JSON.stringify(url)});`,
    },
  } as const satisfies BuildOptions;
}

/** Imports a bundle. Throws what its code throws. */
export async function importBundle(code: Uint8Array): Promise<unknown> {
  return import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
}
