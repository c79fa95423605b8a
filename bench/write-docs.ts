/** Writes the figures into docs/performance.md, between its markers, and draws its chart. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { drawChart } from "./chart.ts";
import { FIGURES, describeTarget, type Figure } from "./figures.ts";
import { formatSpread, formatValue } from "./report.ts";
import type { Result } from "./result.ts";
import { ROOT } from "./workspace.ts";

const PAGE = join(ROOT, "docs", "performance.md");

export function writeDocs(result: Result): void {
  let page = readFileSync(PAGE, "utf8");
  for (const part of ["table", "peers", "growth", "absolute"] as const)
    page = replacePart(page, part, listFigures(part, result));
  page = replacePart(page, "origin", describeOrigin(result));
  writeFileSync(PAGE, page);
  writeFileSync(join(ROOT, "docs", "performance.svg"), drawChart(result));
  formatFile(PAGE);
}

export function formatFile(file: string): void {
  const oxfmt = join(
    dirname(createRequire(import.meta.url).resolve("oxfmt/package.json")),
    "bin",
    "oxfmt",
  );
  spawnSync(process.execPath, [oxfmt, file], { stdio: "inherit" });
}

/** Replaces what is between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function replacePart(page: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The page has no ${start} … ${end}`);
  return `${page.slice(0, from + start.length)}\n\n${text}\n\n${page.slice(to)}`;
}

const HEADS = {
  table: ["Figure", "Target", "Measured", "10 % – 90 %"],
  peers: ["This service against", "CPU at most", "CPU", "10 % – 90 %"],
  growth: ["As a multiple of the null Worker", "", "CPU", "10 % – 90 %"],
  absolute: ["On this machine", "", "Median", "10 % – 90 %"],
} as const;

function listFigures(part: Figure["part"], { figures }: Result): string {
  const rows = FIGURES.flatMap((figure) => {
    const spread = figures[figure.name];
    if (figure.part !== part || !spread) return [];
    const range = spread.p10 === spread.p90 ? "" : formatRange(figure, spread);
    return [[figure.label, describeTarget(figure), formatValue(spread.median, figure.unit), range]];
  });
  const head = HEADS[part];
  const isShown = (column: number) => head[column] !== "" || column === 0;
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.filter((_, column) => isShown(column)).join(" | ")} |`)
    .join("\n");
}

function formatRange(
  { unit }: Figure,
  spread: { median: number; p10: number; p90: number },
): string {
  return /\((.*)\)/.exec(formatSpread(spread, unit))?.[1] ?? "";
}

function describeOrigin({ date, versions, isQuick }: Result): string {
  const { machine, ...packages } = versions;
  const list = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  const how = isQuick ? " with `--quick`" : "";
  return `Measured on ${date}${how}: ${machine}; ${list.join(", ")}.`;
}
