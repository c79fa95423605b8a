/** Prints what was watched in a log, and how rough a month is that was made of it. */
import { numberTable } from "./number-table.ts";
import type { Forecast } from "./forecast.ts";
import { about, cents, group, percent, shortBytes } from "./format.ts";
import { WEEK_SECONDS, type Watched } from "./watched.ts";

export function printWatched(watched: Omit<Watched, "loads">): string {
  const { seconds, requests, uploads, factor, offByChance } = watched;
  const lines = [
    `Watched for ${describeSeconds(seconds)}: ${group(requests)} requests, ${group(uploads)} uploads. A month has ${about(factor)} times as many.`,
    `By chance alone uploads may be ${percent(offByChance)} off.`,
    ...(seconds < WEEK_SECONDS
      ? ["Less than a week says little of nights, weekends and growth."]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** A month of each policy. */
export function printPolicies({ policies }: Forecast): string {
  const rows = policies.map(({ policy, with: features, uploads, bytes, usage, fullPrice }) => [
    nameOf(policy),
    policy === "" ? "" : features.join(", "),
    about(usage.workerRequests),
    about(uploads),
    bytes > 0 ? shortBytes(bytes) : "",
    cents(fullPrice),
  ]);
  const headings = ["POLICY", "HAS", "REQUESTS", "UPLOADS", "BYTES", "FULL PRICE"];
  return numberTable(headings, rows, [2, 3, 4, 5]);
}

const nameOf = (policy: string) =>
  policy === "" ? "(none)" : policy === "*" ? "(several)" : policy;

const UNITS = [
  [86_400, "days"],
  [3600, "hours"],
  [60, "minutes"],
] as const;

function describeSeconds(seconds: number): string {
  const [length, unit] = UNITS.find(([one]) => seconds >= 2 * one) ?? [1, "seconds"];
  return `${about(seconds / length)} ${unit}`;
}
