/** Bundles the program of the demo page for browsers. `npm run dev` runs it. */
import { join } from "node:path";
import { build } from "esbuild";

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
