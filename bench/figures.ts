/** The figures of the benchmark: their names, what they say, and what they must reach. */

export type Unit = "×" | "ms" | "µs" | "KiB" | "MiB";

export interface Figure {
  readonly name: string;
  readonly label: string;
  readonly unit: Unit;
  /** What is to be reached: at most, or at least where `isMore`. */
  readonly target?: number;
  readonly isMore?: boolean;
  /** With `--quick` it says nothing. */
  readonly isFullOnly?: boolean;
  /** The part of docs/performance.md that lists it. */
  readonly part: "table" | "peers" | "growth" | "absolute";
}

const ratio = (name: string, label: string, target?: number, more?: Partial<Figure>): Figure => ({
  name,
  label,
  unit: "×",
  part: "table",
  ...(target && { target }),
  ...more,
});

export const FIGURES: readonly Figure[] = [
  ratio("upload.cpu/hono", "`POST /v1/uploads`, an HS256 token again and again", 2.4),
  ratio("upload.es256.cpu/hono", "… an ES256 token again and again", 2.7),
  ratio("upload.es256-new.cpu/hono", "… a new ES256 token each time", 4.4),
  ratio("upload.throughput/hono", "… throughput", 0.45, { isMore: true }),
  ratio("presigned-url.cpu/hono", "`GET /presigned-url`", 2.2),
  ratio("download.cpu/hono", "`POST /v1/downloads`", 2.2),
  ratio("batch.further.cpu/hono", "Each further ticket of a batch", 0.45),
  ratio("parts.further.cpu/hono", "Each further part of a multipart upload", 0.45),
  ratio("upload.origin.cpu/upload", "With an `Origin` header, against without", 1.05),
  ratio("upload.no-rate-limit.cpu/upload", "Without rate-limit bindings, against with", 1.05),
  ratio("cold.first-ticket/hono", "A new isolate to its first ticket, time", 2.5),
  ratio("cold.first-ticket.cpu/hono", "… CPU"),
  ratio("cold.built.first-ticket/hono", "… with the build step, one policy, time", 1.8),
  ratio("cold.built.first-ticket.cpu/hono", "… with the build step, one policy, CPU"),
  {
    name: "cold.first-ticket.cpu-ms",
    label: "CPU of the first ticket in an isolate",
    unit: "ms",
    target: 5,
    part: "table",
  },
  {
    name: "cold.first-200.cpu-ms",
    label: "CPU of each of the first 200 tickets",
    unit: "ms",
    target: 0.4,
    part: "table",
  },
  { name: "bundle.gzip", label: "Bundle, gzip", unit: "KiB", target: 55, part: "table" },
  {
    name: "bundle.built.gzip",
    label: "… with the build step, one policy",
    unit: "KiB",
    target: 45,
    part: "table",
  },
  ratio("ledger.reserve.10000/100", "Quota: CPU of an upload at 10,000 pending, against 100", 1.2),
  {
    name: "ledger.list-no-match.ms",
    label: "`GET /v1/uploads?status=` without a match, 10,000 records, CPU",
    unit: "ms",
    target: 3,
    part: "table",
  },
  ratio("memory.end/half", "Memory after all requests of many callers, against half of them", 1.1, {
    isFullOnly: true,
  }),
  ratio("upload.cpu/aws4fetch", "aws4fetch, Cloudflare's sample", 0.8, { part: "peers" }),
  ratio(
    "upload.cpu/aws4fetch-per-request",
    "aws4fetch, the same with a client for each request",
    0.8,
    { part: "peers" },
  ),
  ratio("upload.cpu/better-upload", "`@better-upload/server` in Hono", 0.7, { part: "peers" }),
  ratio("upload.cpu/hono-jwt", "Hono's `jwt` with aws4fetch", undefined, { part: "peers" }),
  ratio("upload.cpu/sdk", "The AWS SDK's presigner in Hono", 0.4, { part: "peers" }),
  ratio("upload.callers-100.cpu/hono", "100 callers in turn", undefined, { part: "growth" }),
  ratio("upload.callers-10000.cpu/hono", "10,000 callers in turn", undefined, { part: "growth" }),
  ratio("batch.1.cpu/hono", "A batch of 1", undefined, { part: "growth" }),
  ratio("batch.25.cpu/hono", "A batch of 25", undefined, { part: "growth" }),
  ratio("parts.25.cpu/hono", "25 parts", undefined, { part: "growth" }),
  ratio("ledger.reserve.1000/100", "Quota: 1,000 pending, against 100", undefined, {
    part: "growth",
  }),
  absolute("upload.cpu-us", "CPU of a ticket", "µs"),
  absolute("hono.cpu-us", "CPU of the null Worker", "µs"),
  absolute("upload.latency.p50-ms", "Latency on one connection, median", "ms"),
  absolute("hono.latency.p50-ms", "… of the null Worker", "ms"),
  absolute("upload.latency.p99-ms", "Latency at 200 requests a second, 99th percentile", "ms"),
  absolute("hono.latency.p99-ms", "… of the null Worker", "ms"),
  absolute("memory.rss", "Memory of workerd after all requests of many callers", "MiB"),
  absolute("memory.hono.rss", "… of the null Worker", "MiB"),
];

/** For what depends on the machine. */
function absolute(name: string, label: string, unit: Unit): Figure {
  return { name, label, unit, part: "absolute" };
}

/** Whether a measured value is as good as its target; `undefined` without a target. */
export function isReached({ target, isMore }: Figure, value: number): boolean | undefined {
  if (target === undefined) return undefined;
  return isMore ? value >= target : value <= target;
}

/** The target as text, such as "≤ 2.4". */
export function describeTarget({ target, isMore, unit }: Figure): string {
  if (target === undefined) return "";
  return `${isMore ? "≥" : "≤"} ${target}${unit === "×" ? "" : ` ${unit}`}`;
}
