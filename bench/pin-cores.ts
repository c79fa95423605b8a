/** Pins workerd and the load to two cores, so that neither slows the other down. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Cores {
  readonly server: number;
  readonly load: number;
}

/** Pins this process and returns the cores, or the reason why nothing is pinned. */
export function pinLoad(): Cores | { readonly skipped: string } {
  if (process.platform !== "linux") return { skipped: "only Linux has taskset" };
  const [server, load] = allowedCores();
  if (server === undefined || load === undefined)
    return { skipped: "this process can use only one core" };
  const { status, error } = spawnSync("taskset", ["-acp", String(load), String(process.pid)]);
  if (error) return { skipped: "taskset is not installed" };
  if (status !== 0) return { skipped: "taskset failed" };
  return { server, load };
}

/** Returns the cores of `Cpus_allowed_list` in proc_pid_status(5), such as "0-1,4". */
function allowedCores(): readonly number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return (list ?? "").split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    if (first === undefined || last === undefined) return [];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
