/** Summarizes and prints the ratios of all rounds: a median and a range for each number. */
import type { Ratio } from "./measure.ts";
import { median } from "./median.ts";
import { SAMPLE, type Variant } from "./variant.ts";

interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

interface Comparison {
  readonly throughput: Spread | undefined;
  /** `undefined` on a platform without /proc. */
  readonly cpu: Spread | undefined;
}

/** A variant compared with both baselines. */
export interface Row {
  readonly name: string;
  readonly toNull: Comparison;
  readonly toSample: Comparison;
}

/** Returns a row for each variant. */
export function summarize(ratios: ReadonlyMap<Variant, readonly Ratio[]>): readonly Row[] {
  const sample = ratios.get(SAMPLE) ?? [];
  return [...ratios].map(([{ name }, own]) => ({
    name,
    toNull: compare(own),
    toSample: compare(own.map((ratio, round) => divide(ratio, sample[round]))),
  }));
}

/** Returns the rows as aligned columns. */
export function formatTable(rows: readonly Row[]): string {
  const lines = [
    ["", "to the null Worker", "", "to the aws4fetch sample", ""],
    ["", "throughput", "CPU", "throughput", "CPU"],
    ...rows.map(({ name, toNull, toSample }) => [
      name,
      ...[toNull.throughput, toNull.cpu, toSample.throughput, toSample.cpu].map(formatSpread),
    ]),
  ];
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  return lines
    .map((cells) => cells.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join("   "))
    .map((line) => line.trimEnd())
    .join("\n");
}

function formatSpread(spread: Spread | undefined): string {
  if (!spread) return "not available";
  const { min, max } = spread;
  return `${spread.median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
}

/** Divides two ratios of the same round. Both were measured within seconds, so the speed of the machine cancels out. */
function divide(own: Ratio, sample: Ratio | undefined): Ratio {
  return {
    throughput: own.throughput / (sample?.throughput ?? Number.NaN),
    cpu: own.cpu !== undefined && sample?.cpu !== undefined ? own.cpu / sample.cpu : undefined,
  };
}

function compare(ratios: readonly Ratio[]): Comparison {
  return {
    throughput: spreadOf(ratios.map(({ throughput }) => throughput)),
    cpu: spreadOf(ratios.map(({ cpu }) => cpu)),
  };
}

function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  return { median: median(known), min: Math.min(...known), max: Math.max(...known) };
}
