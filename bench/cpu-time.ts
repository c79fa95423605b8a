/** Reads the CPU time of a process, user and system, of all its threads. */
import { existsSync, readFileSync } from "node:fs";

/** Returns the CPU time in clock ticks, or `NaN` on a platform without /proc. */
export function readCpuTicks(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  // proc_pid_stat(5): utime and stime are fields 14 and 15; field 2 is in parentheses and may have spaces.
  const fields = readFileSync(file, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
