/** Rounds of samples: each variant in a fresh workerd, block by block in turn with the null Worker. */
import type { Bundle } from "./bundle.ts";
import { readCpuTicks } from "./cpu-time.ts";
import { createLoad, type Load } from "./load.ts";
import { median } from "./median.ts";
import type { Cores } from "./pin-cores.ts";
import { serve, type Server } from "./serve.ts";
import { BASE, type Variant } from "./variant.ts";
import type { Workshop } from "./workspace.ts";

/** A variant against the null Worker inside one sample. */
export interface Ratio {
  readonly throughput: number;
  /** `undefined` where the platform does not tell. */
  readonly cpu: number | undefined;
}

export interface Plan {
  readonly variants: readonly Variant[];
  readonly bundles: ReadonlyMap<string, Bundle>;
  readonly rounds: number;
  /** To each of the two Workers of a sample. */
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

/** By then the compiler of the runtime is done with the hot path. */
const WARM_UP_REQUESTS = 3000;
/** Many short ones: what disturbs the machine for a while then disturbs both Workers. */
const BLOCKS = 16;

/** The ratios of every variant, one for each round. Throws where a Worker answers wrongly. */
export async function measure(
  workshop: Workshop,
  plan: Plan,
): Promise<ReadonlyMap<Variant, readonly Ratio[]>> {
  const ratios = new Map(plan.variants.map((variant): [Variant, Ratio[]] => [variant, []]));
  /* oxlint-disable no-await-in-loop -- two at once would disturb each other */
  for (const variant of plan.variants) await close(await open(workshop, plan, variant));

  const base = await open(workshop, plan, BASE);
  await base.load.send(WARM_UP_REQUESTS);
  for (let round = 1; round <= plan.rounds; round++) {
    process.stderr.write(`Round ${round} of ${plan.rounds}\n`);
    for (const variant of shuffle(plan.variants)) {
      const target = await open(workshop, plan, variant);
      await target.load.send(WARM_UP_REQUESTS);
      ratios.get(variant)?.push(await compare(target, base, plan.requests));
      await close(target);
    }
  }
  /* oxlint-enable no-await-in-loop */
  await close(base);
  return ratios;
}

/** A fresh process that has given one right answer. */
async function open(workshop: Workshop, plan: Plan, variant: Variant): Promise<Target> {
  const bundle = plan.bundles.get(variant.worker);
  if (!bundle) throw new TypeError(`Cannot measure ${variant.name}: it has no bundle`);
  const server = await serve(workshop, bundle, plan.cores);
  const load = createLoad(server.port, variant);
  await load.send(1);
  return { server, load };
}

async function close({ load, server }: Target): Promise<void> {
  load.close();
  await server.stop();
}

/** Block by block in turn; whoever was first is second next. */
async function compare(target: Target, base: Target, requests: number): Promise<Ratio> {
  const pairs: { readonly own: Cost; readonly theirs: Cost }[] = [];
  const count = Math.ceil(requests / BLOCKS);
  /* oxlint-disable no-await-in-loop -- two at once would disturb each other */
  for (let block = 0; block < BLOCKS; block += 2) {
    pairs.push({ own: await spend(target, count), theirs: await spend(base, count) });
    pairs.push({ theirs: await spend(base, count), own: await spend(target, count) });
  }
  /* oxlint-enable no-await-in-loop */
  // A tick is too long for one block, so that only the sum tells.
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
