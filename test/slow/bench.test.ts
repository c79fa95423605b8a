import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

/** What a script may ask `--json` for. */
const NAMES = [
  "upload.cpu/hono",
  "upload.throughput/hono",
  "upload.es256.cpu/hono",
  "upload.es256-new.cpu/hono",
  "upload.cpu/better-upload",
  "upload.cpu/aws4fetch",
  "upload.cpu/sdk",
  "upload.cpu/hono-jwt",
  "presigned-url.cpu/hono",
  "download.cpu/hono",
  "batch.further.cpu/hono",
  "parts.further.cpu/hono",
  "upload.origin.cpu/upload",
  "upload.no-rate-limit.cpu/upload",
  "cold.first-ticket/hono",
  "cold.first-ticket.cpu-ms",
  "cold.first-200.cpu-ms",
  "bundle.gzip",
  "ledger.reserve.10000/100",
  "ledger.list-no-match.ms",
  "memory.rss",
  "upload.latency.p50-ms",
  "upload.latency.p99-ms",
];

it("measures every figure with npm run bench -- --quick, and draws the chart", () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const [json, chart] = [join(folder, "figures.json"), join(folder, "chart.svg")];
  const args = ["run", "-s", "bench", "--", "--quick", "--json", json, "--chart", chart];
  const { status, stderr } = spawnSync("npm", args, { encoding: "utf8" });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  // What is measured is nobody's promise: that it is measured is.
  const { figures } = JSON.parse(readFileSync(json, "utf8")) as {
    readonly figures: Readonly<Record<string, { readonly median: number }>>;
  };
  for (const name of NAMES) expect(figures[name]?.median, name).toBeGreaterThan(0);
  expect(readFileSync(chart, "utf8")).toContain("@better-upload/server");

  const compared = ["run", "-s", "bench", "--", "--from", json, "--compare", json];
  const { stdout } = spawnSync("npm", compared, { encoding: "utf8" });
  expect(stdout).toMatch(/^upload\.cpu\/hono +[\d.]+ → [\d.]+ +0 %$/m);
}, 300_000);
