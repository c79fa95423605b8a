/** The temporary folder and the child processes of one run: none of them outlives it. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";

/** The root of the project, in which every child runs. */
export const ROOT = join(import.meta.dirname, "..");

/** Wrangler removes folders of its own on SIGTERM; workerd would wait for its connections. */
const GRACE_MS = 300;

export interface Workshop {
  readonly folder: string;
  /** Standard output, standard error and descriptor 3 are pipes. */
  readonly start: (command: string, args: readonly string[]) => ChildProcess;
}

/** Cleans up when this process ends: by itself, by an error, or by a signal that can be caught. */
export function openWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), "edge-presigner-bench-"));
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
        // The banner would ask the registry for a newer version.
        env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" },
      });
      children.add(child);
      child.once("exit", () => children.delete(child));
      return child;
    },
  };
}
