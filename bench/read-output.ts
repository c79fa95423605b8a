import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** Returns the standard output of a command. Throws an error with all output if the command fails. */
export async function readOutput(child: ChildProcess): Promise<string> {
  const [printed, errors] = await Promise.all([
    child.stdout ? text(child.stdout) : "",
    child.stderr ? text(child.stderr) : "",
    once(child, "close"),
  ]);
  if (child.exitCode === 0) return printed;
  throw new Error(`Cannot run ${child.spawnargs.join(" ")}:\n${printed}${errors}`);
}
