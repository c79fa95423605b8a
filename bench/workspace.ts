/** Manages the temporary folder and the child processes of one run, and removes them at its end. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";

/** The root of the project: the working directory of every child process. */
export const ROOT = join(import.meta.dirname, "..");

/** Wrangler removes its folders on SIGTERM. workerd would wait for its connections. */
const GRACE_MS = 300;

export interface Workspace {
  readonly folder: string;
  /** Standard output, standard error and descriptor 3 are pipes. */
  readonly start: (command: string, args: readonly string[]) => ChildProcess;
}

/** Creates the folder. It is removed when this process ends, also by an error or a signal that can be caught. */
export function openWorkspace(parent = tmpdir()): Workspace {
  const folder = mkdtempSync(join(parent, "edge-presigner-bench-"));
  const children = new Set<ChildProcess>();

  process.once("exit", () => {
    for (const child of children) child.kill("SIGTERM");
    if (children.size > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, GRACE_MS);
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => process.exit(128 + constants.signals[signal]));

  return {
    folder,
    start(command, args) {
      const child = spawn(command, args, {
        cwd: ROOT,
        stdio: ["ignore", "pipe", "pipe", "pipe"],
        // The banner would check for a newer version.
        env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" },
      });
      children.add(child);
      child.once("exit", () => children.delete(child));
      return child;
    },
  };
}
