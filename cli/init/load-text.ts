/** Loads the text of a configuration before it is written, with this package in place of an installed one. */
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleOptionsFor } from "../bundle-config.ts";
import { cannotLoad, readDefinition } from "../load-config.ts";

const DEFINE = fileURLToPath(
  new URL(`../../src/define${extname(import.meta.filename)}`, import.meta.url),
);

/** Returns the default export. What it imports is looked for in the folder of `path`. Throws `InvalidArgumentError`. */
export async function loadText(path: string, text: string, folder: string): Promise<unknown> {
  const { entryPoints: _, ...options } = bundleOptionsFor(path);
  const { outputFiles } = await build({
    ...options,
    stdin: { contents: text, resolveDir: folder, sourcefile: path, loader: "ts" },
    alias: { "edge-presigner": DEFINE },
  }).catch((error: unknown) => {
    throw cannotLoad(path, error);
  });
  return readDefinition(path, outputFiles[0]?.contents ?? new Uint8Array());
}
