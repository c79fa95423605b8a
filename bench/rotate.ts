/**
 * Measures all variants in turn: each is up all the time, and is visited once in a turn with a part of
 * a few hundred requests. A disturbance of the machine then affects all variants of a turn alike, so
 * that their ratios inside one turn can be trusted.
 */
import { progress } from "./progress.ts";
import { close, open, spend, type Bench, type Cost, type Target } from "./target.ts";
import { HONO, type Variant } from "./variant.ts";

/** The cost of one request of each variant, by name. */
export type Turn = ReadonlyMap<string, Cost>;

interface Plan {
  readonly turns: number;
  /** The number of requests in a part. */
  readonly requests: number;
  /** Enough for the JIT compiler to optimize the hot path. */
  readonly warmUpRequests: number;
}

const FULL: Plan = { turns: 24, requests: 400, warmUpRequests: 3000 };
const QUICK: Plan = { turns: 5, requests: 150, warmUpRequests: 500 };

export async function rotate(bench: Bench, variants: readonly Variant[]): Promise<readonly Turn[]> {
  const { turns, requests, warmUpRequests } = bench.isQuick ? QUICK : FULL;
  const all = [HONO, ...variants];
  const targets = await Promise.all(all.map(async (variant) => open(bench, variant)));
  /* oxlint-disable no-await-in-loop -- two at once would disturb each other */
  progress(`${targets.length} variants: warm-up`);
  for (const target of targets)
    await target.load.send(target.variant, partOf(target, warmUpRequests));
  const measured: Turn[] = [];
  for (let turn = 1; turn <= turns; turn++) {
    if (turn % 4 === 1) progress(`Turn ${turn} of ${turns}`);
    measured.push(await takeTurn(targets, requests));
  }
  /* oxlint-enable no-await-in-loop */
  await Promise.all(targets.map(close));
  return measured;
}

/** Visits every target once, in random order, and the null Worker also at both ends. */
async function takeTurn(targets: readonly Target[], requests: number): Promise<Turn> {
  const baseline = targets.filter(({ variant }) => variant === HONO);
  const visits = [...baseline, ...shuffle(targets), ...baseline];
  const costs = new Map<string, Cost[]>();
  for (const target of visits) {
    // oxlint-disable-next-line no-await-in-loop -- two at once would disturb each other
    const cost = await spend(target, partOf(target, requests));
    costs.set(target.variant.name, [...(costs.get(target.variant.name) ?? []), cost]);
  }
  return new Map([...costs].map(([name, list]) => [name, average(list)]));
}

/** Sends less of what takes longer. */
function partOf({ variant: { weight = 1 } }: Target, requests: number): number {
  return Math.ceil(requests / Math.sqrt(weight));
}

function average(costs: readonly Cost[]): Cost {
  return {
    cpuMs: mean(costs.map(({ cpuMs }) => cpuMs)),
    wallMs: mean(costs.map(({ wallMs }) => wallMs)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function shuffle<T>(values: readonly T[]): readonly T[] {
  return values
    .map((value) => ({ value, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}
