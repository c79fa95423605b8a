/** Draws the two days as SVG: what happened in each half hour, with the outages behind it. */
import { about } from "../../cli/costs/format.ts";
import type { Result } from "./result.ts";
import type { Outcome } from "./run-scenario.ts";
import { BUCKET_MINUTES } from "./scenario.ts";
import { busyOf, levelOf, peakOf, rateOf, type Series } from "./summarize.ts";

interface Panel {
  readonly title: string;
  readonly of: (outcome: Outcome) => Series;
  readonly format?: (value: number) => string;
}

const PANELS: readonly Panel[] = [
  { title: "Tickets a second", of: (outcome) => rateOf(outcome, "users", "tickets") },
  { title: "Alarms of ledgers a second", of: (outcome) => rateOf(outcome, "users", "alarms") },
  { title: "Webhooks sent a second", of: (outcome) => rateOf(outcome, "users", "sent") },
  { title: "Webhooks that wait", of: (outcome) => levelOf(outcome, "users", "messages") },
  { title: "Pending uploads", of: (outcome) => levelOf(outcome, "users", "pending") },
  {
    title: "One team's alarm: share of the time at work",
    of: busyOf,
    format: (value) => `${Math.round(100 * value)} %`,
  },
];

const WIDTH = 760;
const LEFT = 20;
const RIGHT = 20;
const TOP = 84;
const PANEL = 108;
const PLOT = 64;
const HOURS_A_TICK = 6;

/** Returns the picture. It has a background of its own, so that it can be read on any page. */
export function drawChart({ quiet, bad }: Result): string {
  const hours = bad.scenario.days * 24;
  const x = (hour: number) => round(LEFT + (hour / hours) * (WIDTH - LEFT - RIGHT));
  const height = TOP + PANELS.length * PANEL + 24;
  const bands = [
    { name: "down store", ...bad.scenario.storeDown },
    { name: "down receiver", ...bad.scenario.receiverDown },
  ]
    .map(({ name, fromHour = 0, toHour = 0 }) => {
      const size = `height="${height - TOP - 18}" width="${round(x(toHour) - x(fromHour))}"`;
      return `  <rect class="${name}" x="${x(fromHour)}" y="${TOP - 10}" ${size}/>`;
    })
    .toReversed();
  const ticks = Array.from({ length: hours / HOURS_A_TICK + 1 }, (_, index) => {
    const hour = index * HOURS_A_TICK;
    const anchor = hour === 0 ? "start" : hour === hours ? "end" : "middle";
    return `  <text class="note" x="${x(hour)}" y="${height - 8}" text-anchor="${anchor}">${hour % 24}:00</text>`;
  });
  const panels = PANELS.map((panel, index) =>
    drawPanel(panel, { quiet, bad }, { top: TOP + index * PANEL, x }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
  <title id="title">${describe(quiet, bad)}</title>
  <style>
    .page { fill: #ffffff; stroke: #d1d9e0 }
    text { font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
    .title { font-size: 16px; font-weight: 600 }
    .note { font-size: 12px; fill: #59636e }
    .quiet { fill: none; stroke: #8c959f; stroke-width: 1.5 }
    .bad { fill: none; stroke: #0969da; stroke-width: 2 }
    .axis { stroke: #d1d9e0 }
    .down { fill-opacity: 0.12 }
    .receiver { fill: #9a6700 }
    .store { fill: #cf222e; fill-opacity: 0.25 }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; stroke: #3d444d }
      text { fill: #f0f6fc }
      .note { fill: #9198a1 }
      .quiet { stroke: #7d8590 }
      .bad { stroke: #4493f8 }
      .axis { stroke: #3d444d }
      .down { fill-opacity: 0.2 }
      .receiver { fill: #d29922 }
      .store { fill: #f85149; fill-opacity: 0.4 }
    }
  </style>
  <rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6"/>
  <text class="title" x="20" y="30">Two days with a million users</text>
  <path class="bad" d="M20 51h20"/><text class="note" x="46" y="55">with both outages</text>
  <path class="quiet" d="M166 51h20"/><text class="note" x="192" y="55">quiet days</text>
  <rect class="down receiver" x="280" y="44" width="20" height="14"/><text class="note" x="306" y="55">the receiver of webhooks hangs</text>
  <rect class="down store" x="526" y="44" width="20" height="14"/><text class="note" x="552" y="55">the store is down</text>
${[...bands, ...panels, ...ticks].join("\n")}
</svg>
`;
}

function drawPanel(
  { title, of, format = about }: Panel,
  { quiet, bad }: Pick<Result, "quiet" | "bad">,
  { top, x }: { readonly top: number; readonly x: (hour: number) => number },
): string {
  const lines = { quiet: of(quiet), bad: of(bad) };
  const max = Math.max(peakOf(lines.quiet), peakOf(lines.bad));
  const base = top + 22 + PLOT;
  const path = (series: Series) =>
    series
      .map((value, index) => {
        const hour = ((index + 0.5) * BUCKET_MINUTES) / 60;
        return `${index === 0 ? "M" : "L"}${x(hour)} ${round(base - (value / (max || 1)) * PLOT)}`;
      })
      .join("");
  return `  <text x="${LEFT}" y="${top + 10}">${title}</text>
  <text class="note" x="${WIDTH - RIGHT}" y="${top + 10}" text-anchor="end">at most ${format(max)}, on quiet days ${format(peakOf(lines.quiet))}</text>
  <path class="axis" d="M${LEFT} ${base + 0.5}H${WIDTH - RIGHT}"/>
  <path class="quiet" d="${path(lines.quiet)}"/>
  <path class="bad" d="${path(lines.bad)}"/>`;
}

function describe(quiet: Outcome, bad: Outcome): string {
  const figures = PANELS.map(
    ({ title, of, format = about }) =>
      `${title}: at most ${format(peakOf(of(bad)))}, on quiet days ${format(peakOf(of(quiet)))}`,
  );
  return `Two days with a million users, in which the receiver of webhooks hangs for a day and the store is down for an hour. ${figures.join("; ")}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
