/** `npm run bench`: compares the cost of a ticket with a null Worker and with the documented aws4fetch sample. */
import { parseArgs } from "node:util";
import { bundleProduction, bundleWorker } from "./bundle.ts";
import { measure } from "./measure.ts";
import { readOutput } from "./read-output.ts";
import { pinLoad } from "./pin-cores.ts";
import { formatTable, summarize } from "./report.ts";
import { BASELINE, SAMPLE, WORKERS, describeOurs } from "./variant.ts";
import { readVersions } from "./versions.ts";
import { openWorkspace } from "./workspace.ts";

const USAGE = "Usage: npm run bench -- [--rounds 4] [--requests 4000] [--json]";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "4" },
    requests: { type: "string", default: "4000" },
    json: { type: "boolean", default: false },
  },
});
const [rounds, requests] = [Number(values.rounds), Number(values.requests)];
if (![rounds, requests].every((count) => Number.isSafeInteger(count) && count > 0)) {
  console.error(USAGE);
  process.exit(2);
}

const workspace = openWorkspace();
process.stderr.write("Bundling…\n");
const [token, production, ...bundles] = await Promise.all([
  readOutput(workspace.start(process.execPath, ["cli/main.ts", "token", "bench"])),
  bundleProduction(workspace),
  ...WORKERS.map(async (name) => [name, await bundleWorker(workspace, name)] as const),
]);

const pinned = pinLoad();
const ratios = await measure(workspace, {
  variants: [BASELINE, SAMPLE, ...describeOurs(token.trim())],
  bundles: new Map(bundles),
  rounds,
  requests,
  cores: "skipped" in pinned ? undefined : pinned,
});

const rows = summarize(ratios);
const versions = readVersions();
if (values.json) {
  const report = { rounds, requests, pinned, rows, bundleGzipKiB: production.gzipKiB, versions };
  console.log(JSON.stringify(report, undefined, 2));
} else {
  const cores =
    "skipped" in pinned
      ? `not pinned: ${pinned.skipped}`
      : `workerd on core ${pinned.server}, load on core ${pinned.load}`;
  console.log(`
${formatTable(rows)}

Median and range of ${rounds} rounds of ${requests} requests; ${cores}
Production bundle: ${production.gzipKiB} KiB with gzip
${Object.entries(versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(", ")}`);
}
