/** `npm run bench`: measures what a ticket costs, beside other ways to get one. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bundleBuilt } from "./built.ts";
import { bundleProduction, bundleWorker } from "./bundle.ts";
import { drawChart } from "./chart.ts";
import { measureCold } from "./cold.ts";
import { measureLatency } from "./latency.ts";
import { measureLedger } from "./ledger.ts";
import { measureMemory } from "./memory.ts";
import { pinLoad } from "./pin-cores.ts";
import { progress } from "./progress.ts";
import { formatComparison, formatResult } from "./report.ts";
import { collect, readResult, type Result } from "./result.ts";
import { rotate } from "./rotate.ts";
import { createMultipart, type Bench } from "./target.ts";
import { PEERS, WORKERS, describeOurs } from "./variant.ts";
import { readVersions } from "./versions.ts";
import { openWorkspace } from "./workspace.ts";
import { writeDocs } from "./write-docs.ts";

const USAGE = `Usage: npm run bench -- [options]
  --quick         less of everything: under a minute
  --json FILE     saves every figure
  --compare FILE  prints the difference to saved figures
  --from FILE     takes saved figures and measures nothing
  --chart FILE    draws the chart
  --write-docs    writes the figures and the chart into docs/performance.md`;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    compare: { type: "string" },
    from: { type: "string" },
    chart: { type: "string" },
    "write-docs": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(USAGE);
  process.exit();
}
// Before minutes of work, not after them.
const earlier = options.compare === undefined ? undefined : readResult(options.compare);

const result = options.from === undefined ? await run(options.quick) : readResult(options.from);
console.log(formatResult(result));
if (earlier) console.log(`\n${formatComparison(earlier, result)}`);
if (options.json !== undefined)
  writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
if (options.chart !== undefined) writeFileSync(options.chart, drawChart(result));
if (options["write-docs"]) writeDocs(result);

async function run(isQuick: boolean): Promise<Result> {
  const workspace = openWorkspace();
  progress("Bundling");
  const [production, ...bundles] = await Promise.all([
    bundleProduction(workspace),
    ...WORKERS.map(
      async (name) =>
        [
          name,
          name === "built" ? await bundleBuilt(workspace) : await bundleWorker(workspace, name),
        ] as const,
    ),
  ]);
  const pinned = pinLoad();
  if ("skipped" in pinned) progress(`Not pinned: ${pinned.skipped}`);
  const core = "skipped" in pinned ? undefined : pinned.server;
  const bench: Bench = { workspace, bundles: new Map(bundles), core, isQuick };
  const variants = [...describeOurs(await createMultipart(bench)), ...PEERS];
  const figures = collect({
    turns: await rotate(bench, variants),
    cold: await measureCold(bench),
    ledger: await measureLedger(bench),
    memory: await measureMemory(bench),
    latency: await measureLatency(bench),
    bundleGzipKiB: production.gzipKiB,
    builtGzipKiB: bench.bundles.get("built")?.gzipKiB ?? Number.NaN,
  });
  return {
    figures,
    isQuick,
    date: new Date().toISOString().slice(0, 10),
    versions: readVersions(),
  };
}
