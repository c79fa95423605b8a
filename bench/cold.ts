/**
 * Measures a new isolate: the time to its first answer, and the CPU time of its first requests. Each
 * is in a new process, and what workerd takes without any Worker is subtracted.
 */
import { setTimeout } from "node:timers/promises";
import { openConnection } from "./connection.ts";
import { cpuMsSince, readCpuTime } from "./cpu-time.ts";
import { check } from "./load.ts";
import { progress } from "./progress.ts";
import { serveNothing } from "./serve.ts";
import { start, type Bench } from "./target.ts";
import { BUILT, HONO, UPLOAD, type Variant } from "./variant.ts";

/** What passes from the start of a process to its first answer. */
export interface Cold {
  readonly wallMs: number;
  readonly cpuMs: number;
}

interface Early {
  /** The CPU time of the first ticket, after the Worker's modules were evaluated. */
  readonly firstMs: number;
  /** The CPU time of each of the first 200 tickets, on average. */
  readonly first200Ms: number;
}

export interface ColdRun {
  /** New processes, one after the other. `nothing` has no Worker, and listens only. */
  readonly rounds: readonly {
    readonly hono: Cold;
    readonly ours: Cold;
    readonly built: Cold;
    readonly nothing: Cold;
  }[];
  readonly early: readonly Early[];
}

/** Until the threads of a new process rest. */
const SETTLE_MS = 60;

export async function measureCold(bench: Bench): Promise<ColdRun> {
  const rounds: { hono: Cold; ours: Cold; built: Cold; nothing: Cold }[] = [];
  const early: Early[] = [];
  const count = bench.isQuick ? 5 : 30;
  progress(`New isolates: ${count} rounds`);
  /* oxlint-disable no-await-in-loop -- two at once would disturb each other */
  for (let round = 0; round < count; round++) {
    rounds.push({
      hono: await startCold(bench, HONO),
      nothing: await startNothing(bench),
      ours: await startCold(bench, UPLOAD),
      built: await startCold(bench, BUILT),
    });
    early.push(await countEarly(bench));
  }
  /* oxlint-enable no-await-in-loop */
  return { rounds, early };
}

async function startNothing({ workspace }: Bench): Promise<Cold> {
  const startedAt = performance.now();
  const server = await serveNothing(workspace);
  const cold = { wallMs: performance.now() - startedAt, cpuMs: cpuMsSince(server.pid) };
  await server.stop();
  return cold;
}

async function startCold(bench: Bench, variant: Variant): Promise<Cold> {
  const startedAt = performance.now();
  // Another Worker in the process would be counted.
  const server = await start(bench, variant, { outbound: undefined });
  const connection = openConnection(server.port);
  const answer = await connection.exchange(variant.next());
  const wallMs = performance.now() - startedAt;
  const cpuMs = cpuMsSince(server.pid);
  check(variant, answer);
  connection.close();
  await server.stop();
  return { wallMs, cpuMs };
}

async function countEarly(bench: Bench): Promise<Early> {
  const server = await start(bench, UPLOAD);
  const connection = openConnection(server.port);
  await setTimeout(SETTLE_MS);
  const earlier = readCpuTime(server.pid);
  check(UPLOAD, await connection.exchange(UPLOAD.next()));
  const firstMs = cpuMsSince(server.pid, earlier);
  for (let count = 1; count < 200; count++) {
    // oxlint-disable-next-line no-await-in-loop -- one at a time, as a new isolate gets them
    check(UPLOAD, await connection.exchange(UPLOAD.next()));
  }
  const first200Ms = cpuMsSince(server.pid, earlier) / 200;
  connection.close();
  await server.stop();
  return { firstMs, first200Ms };
}
