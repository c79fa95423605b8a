/** Reads the CPU time of a process by its scheduler statistics, in nanoseconds and not in clock ticks. */
import { readFileSync, readdirSync } from "node:fs";

/** The CPU time of each thread in milliseconds, by thread id. */
export type CpuTime = ReadonlyMap<string, number>;

/** Reads all threads. Throws on a platform without /proc. */
export function readCpuTime(pid: number): CpuTime {
  return new Map(
    readdirSync(`/proc/${pid}/task`).map((id) => [id, readThread(`/proc/${pid}/task/${id}`)]),
  );
}

/** Returns the milliseconds of all threads since an earlier reading. */
export function cpuMsSince(pid: number, earlier: CpuTime = new Map()): number {
  let total = 0;
  for (const [id, ms] of readCpuTime(pid)) total += ms - (earlier.get(id) ?? 0);
  return total;
}

/** The kernel's "sched-stats": the first number is the time on the CPU in nanoseconds. */
function readThread(folder: string): number {
  try {
    return Number(readFileSync(`${folder}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return 0; // The thread has ended.
  }
}

/** Reads how much memory of a process is in RAM, in MiB (proc_pid_status(5)). */
export function readRssMiB(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1024;
}
