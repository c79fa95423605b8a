/**
 * Holds the Worker to its budget, as a part of `npm run check`: the size of its bundle, the packages in
 * it, and what a new isolate takes before its first answer. Prints what is over, and fails then.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod/mini";
import { bundleProduction, bundleWorker, type Bundle } from "./bundle.ts";
import { encode, openConnection } from "./connection.ts";
import { cpuMsSince } from "./cpu-time.ts";
import { serve } from "./serve.ts";
import { quantile } from "./statistics.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/** Of the bundle that `npm run deploy` uploads. */
const MAX_GZIP_KIB = 116;
/** Each has a line in docs/dependencies.md. */
const PACKAGES = new Set(["@stablelib", "aws4fetch", "content-disposition", "hono", "jose", "zod"]);
/** CPU time of a process until its first answer, as a multiple of a null Worker's: generous, it was 2.7. */
const MAX_START_RATIO = 4;
const STARTS = 5;

const workspace = openWorkspace();
const [production, ours, hono] = await Promise.all([
  bundleProduction(workspace),
  bundleWorker(workspace, "presigner"),
  bundleWorker(workspace, "hono"),
]);
const packages = findPackages(production);
// Only Linux says what a process has used.
const startRatio = process.platform === "linux" ? await compareStarts() : undefined;
const start =
  startRatio === undefined
    ? "not measured, because this is not Linux"
    : `${startRatio.toFixed(1)} of ${MAX_START_RATIO} null Workers`;
console.log(
  `Bundle: ${production.gzipKiB} of ${MAX_GZIP_KIB} KiB gzip, with ${packages.join(", ")}. Start: ${start}.`,
);
const problems = [
  ...(production.gzipKiB > MAX_GZIP_KIB
    ? [`The bundle has ${production.gzipKiB} KiB gzip: at most ${MAX_GZIP_KIB} are allowed`]
    : []),
  ...packages
    .filter((name) => !PACKAGES.has(name))
    .map((name) => `The bundle has the package ${name}: add it to PACKAGES if it must be there`),
  ...(startRatio !== undefined && startRatio > MAX_START_RATIO
    ? [`A new isolate takes ${startRatio.toFixed(1)} times the CPU time of a null Worker's`]
    : []),
];
for (const problem of problems) console.error(`bench/budget.ts: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Returns the packages of which something is in the bundle, from esbuild's list of its inputs. */
function findPackages({ file }: Bundle): readonly string[] {
  const metafile = z.object({
    outputs: z.record(
      z.string(),
      z.object({ inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })) }),
    ),
  });
  const { outputs } = metafile.parse(
    JSON.parse(readFileSync(join(dirname(file), "bundle-meta.json"), "utf8")),
  );
  const names = Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    // Packages of one scope are released together.
    .flatMap(([path]) => /.*node_modules\/([^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(names)].toSorted();
}

async function compareStarts(): Promise<number> {
  const [own, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < STARTS; round++) {
    /* oxlint-disable no-await-in-loop -- two at once would disturb each other */
    theirs.push(await startOnce(workspace, hono, "/"));
    own.push(await startOnce(workspace, ours, "/healthz"));
    /* oxlint-enable no-await-in-loop */
  }
  return quantile(own, 0.5) / quantile(theirs, 0.5);
}

async function startOnce(space: Workspace, bundle: Bundle, path: string): Promise<number> {
  const server = await serve(space, bundle, { hasLedger: bundle === ours });
  const connection = openConnection(server.port);
  const { status, body } = await connection.exchange(encode({ method: "GET", path }));
  const cpuMs = cpuMsSince(server.pid);
  connection.close();
  await server.stop();
  if (status === 200) return cpuMs;
  throw new Error(`Cannot measure the start: ${status} ${body}`);
}
