/** Measures the memory of a process while many callers get tickets. */
import { encode } from "./connection.ts";
import { readRssMiB } from "./cpu-time.ts";
import { progress } from "./progress.ts";
import { close, open, type Bench } from "./target.ts";
import { mintShared } from "./tokens.ts";
import { HONO, UPLOAD, upload, type Variant } from "./variant.ts";

export interface MemoryRun {
  readonly requests: number;
  readonly callers: number;
  /** In RAM after half of the requests, and after all. */
  readonly ours: { readonly halfMiB: number; readonly endMiB: number };
  readonly hono: { readonly halfMiB: number; readonly endMiB: number };
}

export async function measureMemory(bench: Bench): Promise<MemoryRun> {
  const { requests, callers } = bench.isQuick
    ? { requests: 8000, callers: 2000 }
    : { requests: 200_000, callers: 50_000 };
  progress(`Memory: ${requests} requests of ${callers} callers`);
  let count = 0;
  const next = () => {
    const user = `user-${count++ % callers}`;
    return encode(upload({ authorization: `Bearer ${mintShared(user)}` }));
  };
  // Both at once: memory does not depend on time.
  const [ours, hono] = await Promise.all([
    watch(bench, { ...UPLOAD, next }, requests),
    watch(bench, HONO, requests),
  ]);
  return { requests, callers, ours, hono };
}

async function watch(
  bench: Bench,
  variant: Variant,
  requests: number,
): Promise<{ readonly halfMiB: number; readonly endMiB: number }> {
  const target = await open(bench, variant);
  await target.load.send(variant, requests / 2);
  const halfMiB = readRssMiB(target.server.pid);
  await target.load.send(variant, requests / 2);
  const endMiB = readRssMiB(target.server.pid);
  await close(target);
  return { halfMiB, endMiB };
}
