/** Measures each variant in a fresh workerd, in blocks that alternate with the null Worker. */
import type { Bundle } from "./bundle.ts";
import { readCpuTicks } from "./cpu-time.ts";
import { createLoad, type Load } from "./load.ts";
import { median } from "./median.ts";
import type { Cores } from "./pin-cores.ts";
import { serve, type Server } from "./serve.ts";
import { BASELINE, type Variant } from "./variant.ts";
import type { Workspace } from "./workspace.ts";

/** A variant compared with the null Worker in one round. */
export interface Ratio {
  readonly throughput: number;
  /** `undefined` on a platform without /proc. */
  readonly cpu: number | undefined;
}

export interface Plan {
  readonly variants: readonly Variant[];
  readonly bundles: ReadonlyMap<string, Bundle>;
  readonly rounds: number;
  /** The number of requests to each of the two Workers in a round. */
  readonly requests: number;
  readonly cores: Cores | undefined;
}

interface Target {
  readonly server: Server;
  readonly load: Load;
}

interface Cost {
  readonly seconds: number;
  readonly ticks: number;
}

/** Enough for the JIT compiler to optimize the hot path. */
const WARM_UP_REQUESTS = 3000;
/** Many short blocks: a disturbance of the machine then affects both Workers. */
const BLOCKS = 16;

/** Returns the ratios of every variant, one for each round. Throws if a Worker gives an unexpected answer. */
export async function measure(
  workspace: Workspace,
  plan: Plan,
): Promise<ReadonlyMap<Variant, readonly Ratio[]>> {
  const ratios = new Map(plan.variants.map((variant): [Variant, Ratio[]] => [variant, []]));
  /* oxlint-disable no-await-in-loop -- two at once would disturb each other */
  for (const variant of plan.variants) await close(await open(workspace, plan, variant));

  const baseline = await open(workspace, plan, BASELINE);
  await baseline.load.send(WARM_UP_REQUESTS);
  for (let round = 1; round <= plan.rounds; round++) {
    process.stderr.write(`Round ${round} of ${plan.rounds}\n`);
    for (const variant of shuffle(plan.variants)) {
      const target = await open(workspace, plan, variant);
      await target.load.send(WARM_UP_REQUESTS);
      ratios.get(variant)?.push(await compare(target, baseline, plan.requests));
      await close(target);
    }
  }
  /* oxlint-enable no-await-in-loop */
  await close(baseline);
  return ratios;
}

/** Starts a process and checks one answer. */
async function open(workspace: Workspace, plan: Plan, variant: Variant): Promise<Target> {
  const bundle = plan.bundles.get(variant.worker);
  if (!bundle) throw new TypeError(`Cannot measure ${variant.name}: it has no bundle`);
  const server = await serve(workspace, bundle, plan.cores);
  const load = createLoad(server.port, variant);
  await load.send(1);
  return { server, load };
}

async function close({ load, server }: Target): Promise<void> {
  load.close();
  await server.stop();
}

/** Measures both Workers in alternating blocks, and swaps the order each time. */
async function compare(target: Target, baseline: Target, requests: number): Promise<Ratio> {
  const pairs: { readonly own: Cost; readonly theirs: Cost }[] = [];
  const count = Math.ceil(requests / BLOCKS);
  /* oxlint-disable no-await-in-loop -- two at once would disturb each other */
  for (let block = 0; block < BLOCKS; block += 2) {
    pairs.push({ own: await spend(target, count), theirs: await spend(baseline, count) });
    pairs.push({ theirs: await spend(baseline, count), own: await spend(target, count) });
  }
  /* oxlint-enable no-await-in-loop */
  // A tick is too long for one block: only the sum is precise enough.
  const cpu = sum(pairs.map(({ own }) => own.ticks)) / sum(pairs.map(({ theirs }) => theirs.ticks));
  return {
    throughput: median(pairs.map(({ own, theirs }) => theirs.seconds / own.seconds)),
    cpu: Number.isFinite(cpu) ? cpu : undefined,
  };
}

async function spend({ server, load }: Target, requests: number): Promise<Cost> {
  const [startTicks, startedAt] = [readCpuTicks(server.pid), performance.now()];
  await load.send(requests);
  return {
    seconds: (performance.now() - startedAt) / 1000,
    ticks: readCpuTicks(server.pid) - startTicks,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function shuffle(variants: readonly Variant[]): readonly Variant[] {
  return variants
    .map((variant) => ({ variant, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ variant }) => variant);
}
