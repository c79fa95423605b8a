/** Draws the CPU of a ticket beside that of other ways to get one, as SVG. */
import type { Result } from "./result.ts";
import type { Spread } from "./statistics.ts";

interface Bar {
  readonly name: string;
  readonly label: string;
  /** What it does besides signing. */
  readonly note: string;
  readonly isOurs?: boolean;
}

const BARS: readonly Bar[] = [
  { name: "hono", label: "Hono, a constant answer", note: "signs nothing" },
  {
    name: "upload",
    label: "This service, HS256",
    note: "token, type, size, key, id",
    isOurs: true,
  },
  {
    name: "upload.es256",
    label: "This service, ES256",
    note: "token, type, size, key, id",
    isOurs: true,
  },
  { name: "aws4fetch", label: "aws4fetch, Cloudflare's sample", note: "no token, no checks" },
  {
    name: "aws4fetch-per-request",
    label: "… a client for each request",
    note: "no token, no checks",
  },
  {
    name: "better-upload",
    label: "@better-upload/server in Hono",
    note: "type and size; no token",
  },
  { name: "hono-jwt", label: "Hono's jwt with aws4fetch", note: "token; no checks" },
  { name: "sdk", label: "AWS SDK's presigner in Hono", note: "no token, no checks" },
];

const WIDTH = 760;
const LEFT = 250;
const RIGHT = 50;
const TOP = 62;
const ROW = 42;

/** Returns the picture. It has a background of its own, so that it can be read on any page. */
export function drawChart({ figures }: Result): string {
  const bars = BARS.flatMap((bar) => {
    const spread =
      bar.name === "hono" ? { median: 1, p10: 1, p90: 1 } : figures[`${bar.name}.cpu/hono`];
    return spread ? [{ ...bar, spread }] : [];
  });
  const max = Math.max(...bars.map(({ spread }) => spread.p90));
  const scale = (value: number) => Math.round((value / max) * (WIDTH - LEFT - RIGHT) * 10) / 10;
  const height = TOP + bars.length * ROW + 16;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
  <title id="title">${escape(`CPU of a ticket against a Hono Worker with a constant answer: ${bars.map(({ label, spread }) => `${label} ${spread.median.toFixed(1)}`).join("; ")}`)}</title>
  <style>
    .page { fill: #ffffff; stroke: #d1d9e0 }
    text { font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
    .title { font-size: 16px; font-weight: 600 }
    .note { font-size: 12px; fill: #59636e }
    .bar { fill: #afb8c1 }
    .ours { fill: #0969da }
    .range { stroke: #1f2328; stroke-opacity: 0.55 }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; stroke: #3d444d }
      text { fill: #f0f6fc }
      .note { fill: #9198a1 }
      .bar { fill: #57606a }
      .ours { fill: #4493f8 }
      .range { stroke: #f0f6fc }
    }
  </style>
  <rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6"/>
  <text class="title" x="20" y="30">CPU of a ticket</text>
  <text class="note" x="20" y="49">As a multiple of a Hono Worker that answers “ok”. Less is better. The line is the range of the turns.</text>
${bars.map((bar, index) => drawBar(bar, TOP + index * ROW, scale)).join("\n")}
</svg>
`;
}

function drawBar(
  { label, note, isOurs, spread }: Bar & { readonly spread: Spread },
  y: number,
  scale: (value: number) => number,
): string {
  const { median, p10, p90 } = spread;
  const middle = y + 16;
  const range =
    p10 === p90
      ? ""
      : `<path class="range" d="M${LEFT + scale(p10)} ${middle}H${LEFT + scale(p90)}"/>`;
  return `  <text x="20" y="${y + 14}">${escape(label)}</text>
  <text class="note" x="20" y="${y + 30}">${escape(note)}</text>
  <rect class="${isOurs ? "ours" : "bar"}" x="${LEFT}" y="${y + 4}" width="${scale(median)}" height="24" rx="2"/>${range}
  <text x="${LEFT + scale(p90) + 8}" y="${y + 21}">${median.toFixed(1)}</text>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
