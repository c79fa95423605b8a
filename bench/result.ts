/** The result of a run: every figure by its name, and where it was measured. */
import { readFileSync } from "node:fs";
import * as z from "zod/mini";
import type { Cold, ColdRun } from "./cold.ts";
import type { LatencyRun } from "./latency.ts";
import type { LedgerRun } from "./ledger.ts";
import type { MemoryRun } from "./memory.ts";
import type { Turn } from "./rotate.ts";
import { summarize, type Spread } from "./statistics.ts";
import { BATCH, PEERS } from "./variant.ts";

const resultSchema = z.object({
  figures: z.record(z.string(), z.object({ median: z.number(), p10: z.number(), p90: z.number() })),
  /** CPU of a request of each variant against the null Worker: what the chart shows. */
  isQuick: z.boolean(),
  date: z.string(),
  versions: z.record(z.string(), z.string()),
});
export type Result = z.output<typeof resultSchema>;

export interface Runs {
  readonly turns: readonly Turn[];
  readonly cold: ColdRun;
  readonly ledger: LedgerRun;
  readonly memory: MemoryRun;
  readonly latency: LatencyRun;
  readonly bundleGzipKiB: number;
  readonly builtGzipKiB: number;
}

/** Reads what `--json` has saved. */
export function readResult(file: string): Result {
  return resultSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** Returns the figures of all measurements, by name. */
export function collect(runs: Runs): Readonly<Record<string, Spread>> {
  return {
    ...figuresOfTurns(runs.turns),
    ...figuresOfCold(runs.cold),
    ...figuresOfLatency(runs.latency),
    ...figuresOfMemory(runs.memory),
    "bundle.gzip": summarize([runs.bundleGzipKiB]),
    "bundle.built.gzip": summarize([runs.builtGzipKiB]),
    "ledger.reserve.10000/100": summarize(runs.ledger.at10000),
    "ledger.reserve.1000/100": summarize(runs.ledger.at1000),
    "ledger.list-no-match.ms": summarize(runs.ledger.listNoMatchMs),
  };
}

const cpu = (turn: Turn, name: string) => turn.get(name)?.cpuMs ?? Number.NaN;
const wall = (turn: Turn, name: string) => turn.get(name)?.wallMs ?? Number.NaN;

function figuresOfTurns(turns: readonly Turn[]): Readonly<Record<string, Spread>> {
  const each = (value: (turn: Turn) => number) => summarize(turns.map(value));
  const further = (kind: string) =>
    each(
      (turn) =>
        (cpu(turn, `${kind}.${BATCH}`) - cpu(turn, `${kind}.1`)) / (BATCH - 1) / cpu(turn, "hono"),
    );
  const names = [...(turns[0]?.keys() ?? [])].filter((name) => name !== "hono");
  return {
    ...Object.fromEntries(
      names.map((name) => [
        `${name}.cpu/hono`,
        each((turn) => cpu(turn, name) / cpu(turn, "hono")),
      ]),
    ),
    ...Object.fromEntries(
      PEERS.map(({ name }) => [
        `upload.cpu/${name}`,
        each((turn) => cpu(turn, "upload") / cpu(turn, name)),
      ]),
    ),
    ...Object.fromEntries(
      ["upload.origin", "upload.no-rate-limit"].map((name) => [
        `${name}.cpu/upload`,
        each((turn) => cpu(turn, name) / cpu(turn, "upload")),
      ]),
    ),
    "batch.further.cpu/hono": further("batch"),
    "parts.further.cpu/hono": further("parts"),
    "upload.throughput/hono": each((turn) => wall(turn, "hono") / wall(turn, "upload")),
    "upload.cpu-us": each((turn) => 1000 * cpu(turn, "upload")),
    "hono.cpu-us": each((turn) => 1000 * cpu(turn, "hono")),
  };
}

/** Of this many starts the fastest counts: whatever else runs can only slow one down. */
const FASTEST_OF = 5;

function figuresOfCold({ rounds, early }: ColdRun): Readonly<Record<string, Spread>> {
  const groups = Array.from({ length: Math.floor(rounds.length / FASTEST_OF) }, (_, index) =>
    rounds.slice(index * FASTEST_OF, (index + 1) * FASTEST_OF),
  );
  const each = (kind: "ours" | "built" | "hono", unit: keyof Cold) =>
    groups.map((group) => {
      const fastest = (one: "ours" | "built" | "hono" | "nothing") =>
        Math.min(...group.map((round) => round[one][unit]));
      return fastest(kind) - fastest("nothing");
    });
  const ratios = (unit: keyof Cold, kind: "ours" | "built" = "ours") => {
    const hono = each("hono", unit);
    return summarize(each(kind, unit).map((own, index) => own / (hono[index] ?? Number.NaN)));
  };
  return {
    "cold.first-ticket/hono": ratios("wallMs"),
    "cold.first-ticket.cpu/hono": ratios("cpuMs"),
    "cold.built.first-ticket/hono": ratios("wallMs", "built"),
    "cold.built.first-ticket.cpu/hono": ratios("cpuMs", "built"),
    "cold.first-ticket.ms": summarize(each("ours", "wallMs")),
    "cold.hono.ms": summarize(each("hono", "wallMs")),
    "cold.first-ticket.cpu-ms": summarize(early.map(({ firstMs }) => firstMs)),
    "cold.first-200.cpu-ms": summarize(early.map(({ first200Ms }) => first200Ms)),
  };
}

function figuresOfLatency({ ours, hono }: LatencyRun): Readonly<Record<string, Spread>> {
  return {
    "upload.latency.p50-ms": summarize(ours.map(({ p50Ms }) => p50Ms)),
    "upload.latency.p99-ms": summarize(ours.map(({ p99Ms }) => p99Ms)),
    "hono.latency.p50-ms": summarize(hono.map(({ p50Ms }) => p50Ms)),
    "hono.latency.p99-ms": summarize(hono.map(({ p99Ms }) => p99Ms)),
  };
}

function figuresOfMemory({ ours, hono }: MemoryRun): Readonly<Record<string, Spread>> {
  return {
    "memory.end/half": summarize([ours.endMiB / ours.halfMiB]),
    "memory.rss": summarize([ours.endMiB]),
    "memory.hono.rss": summarize([hono.endMiB]),
  };
}
