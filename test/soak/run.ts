/**
 * `npm run soak -- --minutes 10`: many callers, a store, a network, a receiver and a server that fail at
 * random, and afterwards the invariants of every ledger. Ends with 1 and names what is violated.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  startDevelopmentProcess,
  type DevelopmentProcess,
} from "../e2e/support/development-process.ts";
import { tokenFor } from "../e2e/support/server.ts";
import { act, createTold } from "./callers.ts";
import { findViolations, isDrained } from "./invariants.ts";
import { readRuntimeMiB } from "./memory.ts";
import { startProxy } from "./proxy.ts";
import { createRandom } from "./random.ts";
import { startReceiver } from "./receiver.ts";
import { readStored } from "./stored.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    callers: { type: "string", default: "16" },
    seed: { type: "string" },
  },
});
const SECONDS = Number(values.minutes) * 60;
const SEED = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
/** More than the longest ticket and its 15 minutes, and more than any delay of a webhook. */
const AHEAD_SECONDS = 4000;
const KILL_EVERY_SECONDS = [20, 60] as const;
const MAX_SHOWN = 20;
/** Two workerd, with the embedded store and many heaps, which grow until they are collected. */
const MAX_GROWTH = 1.5;
const SLACK_MIB = 48;

const print = (line: string) => void process.stdout.write(`${line}\n`);
const rest = async (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const seconds = () => (performance.now() - startedAt) / 1000;
const summary = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");

if (!(SECONDS > 0) || !Number.isSafeInteger(SEED))
  throw new TypeError("Usage: npm run soak -- --minutes 10 [--seed 1] [--callers 16]");
print(`soak: ${values.minutes} minutes, ${values.callers} callers, seed ${SEED}`);
const startedAt = performance.now();
const random = createRandom(SEED);
const folder = await mkdtemp(join(tmpdir(), "presigner-soak-"));
const proxy = await startProxy(createRandom(random.between(0, 2 ** 31)));
const receiver = await startReceiver(createRandom(random.between(0, 2 ** 31)));
const told = createTold();
let server: DevelopmentProcess | undefined;

async function startServer(aheadSeconds: number): Promise<DevelopmentProcess> {
  server = await startDevelopmentProcess({
    folder,
    port: 0,
    worker: "--config=test/soak/worker/wrangler.toml",
    vars: { WEBHOOK_URL: receiver.url, LEDGER_AHEAD_SECONDS: String(aheadSeconds) },
  });
  proxy.upstream = server.url;
  return server;
}

async function stopServer(): Promise<void> {
  proxy.upstream = undefined;
  await server?.kill();
  server = undefined;
}

/** Kills the server now and then in the first half; its memory is measured in the second half. */
async function run(): Promise<string | undefined> {
  let running = await startServer(0);
  proxy.isFaulty = true;
  const endsAt = seconds() + SECONDS;
  const calmAt = endsAt - SECONDS / 2;
  const isOver = () => seconds() >= endsAt;
  const callers = Array.from({ length: Number(values.callers) }, async (_, index) =>
    act(
      { user: `user-${index}`, url: proxy.url, random: createRandom(SEED + index), told },
      isOver,
    ),
  );
  let killAt = seconds() + random.between(...KILL_EVERY_SECONDS) * Math.min(1, SECONDS / 120);
  let kills = 0;
  let printedAt = seconds();
  const memory: { readonly at: number; readonly mib: number }[] = [];
  while (!isOver()) {
    await rest(500);
    if (seconds() >= killAt && seconds() < calmAt) {
      await stopServer();
      kills += 1;
      running = await startServer(0);
      killAt = seconds() + random.between(...KILL_EVERY_SECONDS);
    }
    if (seconds() >= calmAt) memory.push({ at: seconds(), mib: readRuntimeMiB(running.pid) });
    if (seconds() - printedAt >= 10) {
      printedAt = seconds();
      const requests = Object.entries(told.counts).filter(([name]) => /^\d|^no answer/.test(name));
      const sum = requests.reduce((total, [, count]) => total + count, 0);
      const mib = Math.round(readRuntimeMiB(running.pid));
      print(
        `${Math.round(seconds())} s: ${sum} requests, ${kills} kills, ${receiver.accepted.size} webhooks, ${mib} MiB`,
      );
    }
  }
  await Promise.all(callers);
  print(`requests: ${summary(told.counts)}`);
  print(`faults: ${summary(proxy.faults)}; webhook ${summary(receiver.faults)}; kills ${kills}`);
  return describeGrowth(memory, calmAt, endsAt);
}

/** Compares the median of a tenth of the time after the warm-up with that at the end. */
function describeGrowth(
  memory: readonly { readonly at: number; readonly mib: number }[],
  fromSeconds: number,
  toSeconds: number,
): string | undefined {
  const span = toSeconds - fromSeconds;
  const medianFrom = (share: number) => {
    const from = fromSeconds + share * span;
    const sampled = memory
      .filter(({ at }) => at >= from && at < from + span / 5)
      .map(({ mib }) => mib);
    return sampled.toSorted((a, b) => a - b)[Math.floor(sampled.length / 2)] ?? Number.NaN;
  };
  const [warm, end] = [medianFrom(0.2), medianFrom(0.8)];
  print(
    `memory of workerd: ${Math.round(warm)} MiB after the warm-up, ${Math.round(end)} MiB at the end`,
  );
  if (end <= warm * MAX_GROWTH + SLACK_MIB) return undefined;
  return `memory: ${Math.round(end)} MiB at the end, ${Math.round(warm)} MiB after the warm-up`;
}

/** Ends the faults, and restarts the server with ledgers for which everything is due. */
async function drain(): Promise<void> {
  proxy.isFaulty = false;
  receiver.isFaulty = false;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await stopServer();
    if (attempt > 0 && isDrained(readStored(folder))) return;
    await startServer(AHEAD_SECONDS);
    for (const user of told.users) {
      const headers = { authorization: `Bearer ${tokenFor(user)}` };
      await fetch(`${proxy.url}/v1/uploads`, { headers });
    }
    await untilQuiet();
  }
}

/** Waits until nobody has been pending and nothing has been delivered for a while. */
async function untilQuiet(): Promise<void> {
  const deadline = seconds() + 120;
  let known = -1;
  while (seconds() < deadline) {
    const delivered = receiver.accepted.size;
    const lists = await Promise.all(
      [...told.users].map(async (user) => {
        const headers = { authorization: `Bearer ${tokenFor(user)}` };
        const response = await fetch(`${proxy.url}/v1/uploads?status=pending`, { headers });
        return (await response.json()) as { uploads?: readonly unknown[] };
      }),
    );
    const pending = lists.reduce((sum, { uploads = [] }) => sum + uploads.length, 0);
    if (pending === 0 && delivered === known) return;
    known = delivered;
    await rest(1500);
  }
}

const violations: string[] = [];
try {
  const growth = await run();
  await drain();
  await stopServer();
  const stored = readStored(folder);
  const uploads = stored.ledgers.flatMap((ledger) => ledger.uploads);
  const statuses: Record<string, number> = {};
  for (const { status } of uploads) statuses[status] = (statuses[status] ?? 0) + 1;
  const times = [...receiver.accepted.values()];
  print(`records: ${summary(statuses)}; objects ${stored.objects.length}`);
  print(
    `webhooks: ${times.length} messages, ${times.filter((count) => count > 1).length} of them more than once`,
  );
  print(`open multipart uploads that no record knows: ${stored.openMultiparts.length}`);
  violations.push(
    ...findViolations({ stored, told, accepted: receiver.accepted }),
    ...receiver.forged.map((id) => `webhook: ${id} has a wrong signature`),
    ...(growth === undefined ? [] : [growth]),
  );
} finally {
  await stopServer();
  proxy.close();
  receiver.close();
  await rm(folder, { recursive: true, force: true });
}
for (const violation of violations.slice(0, MAX_SHOWN)) print(`violated: ${violation}`);
print(
  violations.length === 0
    ? `soak: every invariant holds, seed ${SEED}`
    : `soak: ${violations.length} violations, seed ${SEED}`,
);
process.exitCode = violations.length === 0 ? 0 : 1;
