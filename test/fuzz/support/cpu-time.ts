/** Measures CPU time of this thread, which another process on a busy machine does not change. */
import { threadCpuUsage } from "node:process";

const ATTEMPTS = 4;

/**
 * More CPU time than any input may take. JSON.parse alone takes 40 ms for 1 MiB of opening brackets, and
 * more on a core that it shares.
 */
export const HANG_MS = 200;

/**
 * Runs the work, again where it took more than `limitMs`, and returns the least time: the first run
 * compiles code, and any run may collect garbage of others.
 */
export async function leastCpuMs(work: () => unknown, limitMs: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && least > limitMs; attempt += 1) {
    const before = threadCpuUsage();
    await work();
    least = Math.min(least, millisecondsSince(before));
  }
  return least;
}

function millisecondsSince(before: ReturnType<typeof threadCpuUsage>): number {
  const { user, system } = threadCpuUsage();
  return (user - before.user + system - before.system) / 1000;
}
