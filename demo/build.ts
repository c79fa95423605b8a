/** `npm run dev`: the page's program, bundled for browsers, beside its page. */
import { join } from "node:path";
import { build } from "esbuild";

/** Where the page is, as wrangler.toml has it. */
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
