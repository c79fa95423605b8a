/** Bundles the program of the demo page for browsers, and writes the reference beside it. `npm run dev` runs it. */
import { join } from "node:path";
import { build } from "esbuild";
import { writeReference } from "../openapi/write-reference.ts";

/** The folder of the page, as in wrangler.toml. */
const PUBLIC = join(import.meta.dirname, "public");

await build({
  entryPoints: [join(import.meta.dirname, "src/page.ts")],
  outfile: join(PUBLIC, "page.js"),
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
});
writeReference(PUBLIC);
