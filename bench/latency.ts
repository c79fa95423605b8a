/** Measures how long a client waits: on one connection, and at a fixed rate that others do not slow down. */
import { setTimeout } from "node:timers/promises";
import { openConnection } from "./connection.ts";
import { check } from "./load.ts";
import { progress } from "./progress.ts";
import { quantile } from "./statistics.ts";
import { close, open, type Bench, type Target } from "./target.ts";
import { HONO, UPLOAD } from "./variant.ts";

interface Latency {
  /** The median on one connection. */
  readonly p50Ms: number;
  /** The 99th percentile at `RATE` requests a second. */
  readonly p99Ms: number;
}

export interface LatencyRun {
  readonly ours: readonly Latency[];
  readonly hono: readonly Latency[];
}

/** Requests a second: a fifth of what one core can do or less. */
const RATE = 200;
const CONNECTIONS = 32;

export async function measureLatency(bench: Bench): Promise<LatencyRun> {
  const turns = bench.isQuick ? 2 : 6;
  const seconds = bench.isQuick ? 1 : 2;
  progress(`Latency: ${turns} turns`);
  const [ours, hono] = await Promise.all([open(bench, UPLOAD), open(bench, HONO)]);
  const run = { ours: [] as Latency[], hono: [] as Latency[] };
  /* oxlint-disable no-await-in-loop -- two at once would disturb each other */
  for (const target of [ours, hono]) await target.load.send(target.variant, 2000);
  for (let turn = 0; turn < turns; turn++) {
    run.hono.push(await wait(hono, seconds));
    run.ours.push(await wait(ours, seconds));
  }
  /* oxlint-enable no-await-in-loop */
  await Promise.all([close(ours), close(hono)]);
  return run;
}

async function wait(target: Target, seconds: number): Promise<Latency> {
  const single = await waitOnOne(target, 300);
  const fixed = await waitAtRate(target, seconds * RATE);
  return { p50Ms: quantile(single, 0.5), p99Ms: quantile(fixed, 0.99) };
}

async function waitOnOne({ server, variant }: Target, count: number): Promise<readonly number[]> {
  const connection = openConnection(server.port);
  const waits: number[] = [];
  for (let index = 0; index < count; index++) {
    const sentAt = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- one at a time is what is measured
    check(variant, await connection.exchange(variant.next()));
    waits.push(performance.now() - sentAt);
  }
  connection.close();
  return waits;
}

/** Sends each request when it is due, also where earlier ones have no answer yet. */
async function waitAtRate({ server, variant }: Target, count: number): Promise<readonly number[]> {
  const idle = Array.from({ length: CONNECTIONS }, () => openConnection(server.port));
  const connections = [...idle];
  const waits: Promise<number>[] = [];
  const startedAt = performance.now();
  const send = async () => {
    const connection = idle.pop();
    if (!connection) return Number.POSITIVE_INFINITY;
    const sentAt = performance.now();
    check(variant, await connection.exchange(variant.next()));
    idle.push(connection);
    return performance.now() - sentAt;
  };
  while (waits.length < count) {
    const dueAt = startedAt + (waits.length * 1000) / RATE;
    const early = dueAt - performance.now();
    // oxlint-disable-next-line no-await-in-loop -- the rate
    if (early > 0) await setTimeout(early);
    waits.push(send());
  }
  const measured = await Promise.all(waits);
  for (const connection of connections) connection.close();
  return measured;
}
