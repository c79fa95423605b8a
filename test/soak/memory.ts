/** Memory of the runtime, read from /proc. */
import { readFileSync, readdirSync } from "node:fs";

interface Process {
  readonly name: string;
  readonly parent: number;
  readonly rssMiB: number;
}

/** Returns the resident memory of every workerd that the process started, in MiB. Linux only. */
export function readRuntimeMiB(pid: number): number {
  const processes = new Map<number, Process>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const found = readProcess(Number(entry));
    if (found) processes.set(Number(entry), found);
  }
  const isInside = (id: number): boolean =>
    id === pid || (processes.has(id) && isInside(processes.get(id)?.parent ?? 0));
  let sum = 0;
  for (const [id, { name, rssMiB }] of processes)
    if (name === "workerd" && isInside(id)) sum += rssMiB;
  return sum;
}

function readProcess(pid: number): Process | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const read = (field: string) => new RegExp(`^${field}:\\s+(\\S+)`, "m").exec(status)?.[1];
    const rssMiB = Number(read("VmRSS") ?? 0) / 1024;
    return { name: read("Name") ?? "", parent: Number(read("PPid")), rssMiB };
  } catch {
    // It has ended.
    return undefined;
  }
}
