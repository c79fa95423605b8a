import { execFileSync } from "node:child_process";
import { join } from "node:path";

const BIN = join(import.meta.dirname, "../node_modules/.bin");

/** Runs a tool of the project. Prints its output only if it fails, and ends the process then. */
export function runTool(tool: string, ...args: readonly string[]): void {
  try {
    execFileSync(join(BIN, tool), args, { stdio: "pipe", encoding: "utf8" });
  } catch (error) {
    for (const stream of ["stdout", "stderr"])
      if (error instanceof Error) process.stderr.write(String(Reflect.get(error, stream)));
    process.exit(1);
  }
}
