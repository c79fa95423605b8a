/** Compiles the package into `dist/`. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./run-tool.ts";

const ROOT = join(import.meta.dirname, "..");

rmSync(join(ROOT, "dist"), { recursive: true, force: true });
runTool("tsc", "-b", join(ROOT, "tsconfig/build.json"), "--force");
