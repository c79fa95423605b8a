/** One core for workerd and another for the load, so that neither slows the other down. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Cores {
  readonly server: number;
  readonly load: number;
}

/** Pins this process, and says which core is left for workerd; or why nothing is pinned. */
export function pinLoad(): Cores | { readonly skipped: string } {
  if (process.platform !== "linux") return { skipped: "taskset is for Linux" };
  const [server, load] = allowedCores();
  if (server === undefined || load === undefined)
    return { skipped: "this process may use one core only" };
  const { status, error } = spawnSync("taskset", ["-acp", String(load), String(process.pid)]);
  if (error) return { skipped: "there is no taskset" };
  if (status !== 0) return { skipped: "taskset was refused" };
  return { server, load };
}

/** `Cpus_allowed_list` of proc_pid_status(5): "0-1,4". */
function allowedCores(): readonly number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return (list ?? "").split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    if (first === undefined || last === undefined) return [];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
