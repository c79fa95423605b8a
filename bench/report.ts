/** Prints a result, and the difference of two. */
import { FIGURES, describeTarget, isReached, type Figure, type Unit } from "./figures.ts";
import type { Result } from "./result.ts";
import type { Spread } from "./statistics.ts";

/** Returns every figure with its range and its target. */
export function formatResult({ figures, isQuick }: Result): string {
  const rows = FIGURES.flatMap((figure) => {
    const spread = figures[figure.name];
    if (!spread) return [];
    const isSilent = isQuick && figure.isFullOnly;
    const mark = isSilent ? "only in a full run" : judge(figure, spread.median);
    return [[figure.name, formatSpread(spread, figure.unit), describeTarget(figure), mark]];
  });
  return align(rows);
}

function judge(figure: Figure, value: number): string {
  const isMet = isReached(figure, value);
  if (isMet === undefined) return "";
  return isMet ? "reached" : "missed";
}

/** Returns every figure of both results: old → new. */
export function formatComparison(earlier: Result, now: Result): string {
  const rows = FIGURES.flatMap(({ name, unit }) => {
    const [before, after] = [earlier.figures[name], now.figures[name]];
    if (!before || !after) return [];
    const change = Math.round(100 * (after.median / before.median - 1));
    const sign = change > 0 ? "+" : "";
    const values = `${formatValue(before.median, unit)} → ${formatValue(after.median, unit)}`;
    return [[name, values, `${sign}${change} %`]];
  });
  return align(rows);
}

/** Returns the median and, where there is one, the range. */
export function formatSpread({ median, p10, p90 }: Spread, unit: Unit): string {
  if (p10 === p90) return formatValue(median, unit);
  return `${formatValue(median, unit)} (${round(p10)}–${round(p90)})`;
}

export function formatValue(value: number, unit: Figure["unit"]): string {
  return unit === "×" ? round(value) : `${round(value)} ${unit}`;
}

function round(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
