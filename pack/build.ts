/** `npm run build`: compiles the package into `dist/`, or into another folder. */
import { cpSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeReference } from "../openapi/write-reference.ts";
import { runTool } from "./run-tool.ts";

const ROOT = join(import.meta.dirname, "..");

const out = resolve(process.argv[2] ?? join(ROOT, "dist"));
rmSync(out, { recursive: true, force: true });
// The second one writes source maps, of what runs in Workers.
for (const part of ["node", "worker"])
  runTool("tsc", "-p", join(ROOT, `tsconfig/build-${part}.json`), "--outDir", out);
await import("../demo/build.ts");
cpSync(join(ROOT, "demo/public"), join(out, "demo/public"), { recursive: true });
writeReference(join(out, "reference"));
cpSync(join(ROOT, "openapi/_headers"), join(out, "reference/_headers"));
