/** Summarizes samples: the median, and the range between the 10th and the 90th percentile. */

/** A figure as it is printed and saved. */
export interface Spread {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

export function summarize(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), p10: quantile(values, 0.1), p90: quantile(values, 0.9) };
}

/** Interpolates between the nearest samples. Returns `NaN` for an empty list. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * fraction;
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low + (high - low) * (position - Math.floor(position));
}
