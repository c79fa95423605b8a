/** `npm run simulate:scale`: two days of a million users, with the real ledger code under a virtual clock. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { progress } from "../progress.ts";
import { openWorkspace } from "../workspace.ts";
import { findFastFolder } from "./fast-folder.ts";
import { measureLedger } from "./measure-ledger.ts";
import { runScenario } from "./run-scenario.ts";
import { quietDays, type Scenario } from "./scenario.ts";
import { bundleSimulator, openSimulator, type Simulator } from "./simulator.ts";
import { readResult, type Result } from "./result.ts";
import { modesTable, type Usages } from "./tables.ts";
import { formatResult, writeCosts, writeDocs } from "./write-docs.ts";

const USAGE = `Usage: npm run simulate:scale -- [options]
  --seed N      other days of the same kind (1)
  --users N     how many of the million users are simulated (2000)
  --team N      how many members a team has, all of them simulated (1000)
  --json FILE   saves the result
  --from FILE   takes a saved result and simulates nothing
  --costs       counts what uploads cost, and simulates nothing: some seconds
  --write-docs  writes the tables and the chart of docs/scale.md, and what the command costs reads`;

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    users: { type: "string", default: "2000" },
    team: { type: "string", default: "1000" },
    json: { type: "string" },
    from: { type: "string" },
    costs: { type: "boolean", default: false },
    "write-docs": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const MAX_SHOWN = 20;
if (options.help) {
  console.log(USAGE);
  process.exit();
}

if (options.costs) await showCosts();
else await showResult();

async function showCosts(): Promise<void> {
  const usages = await countUsages(await openBench());
  console.log(modesTable(usages));
  if (options["write-docs"]) writeCosts(usages);
}

async function showResult(): Promise<void> {
  const result = options.from === undefined ? await run() : readResult(options.from);
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(result));
  console.log(formatResult(result));
  if (options["write-docs"]) writeDocs(result);
  const violations = [...result.quiet.verdict.violations, ...result.bad.verdict.violations];
  for (const violation of violations.slice(0, MAX_SHOWN)) console.error(`violated: ${violation}`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}

/** Runs work in a process of its own, which starts without ledgers. */
type InNew = <T>(work: (simulator: Simulator) => Promise<T>) => Promise<T>;

async function openBench(): Promise<InNew> {
  const workspace = openWorkspace(findFastFolder());
  progress("Bundling");
  const bundle = await bundleSimulator(workspace);
  return async (work) => {
    const simulator = await openSimulator(workspace, bundle);
    const value = await work(simulator);
    await simulator.stop();
    return value;
  };
}

async function countUsages(inNew: InNew): Promise<Usages> {
  progress("Rows of each mode");
  return inNew(async ({ ask }) => ask<Usages>("count"));
}

async function run(): Promise<Result> {
  const inNew = await openBench();
  const simulate = async (name: string, scenario: Scenario) =>
    inNew(async (simulator) =>
      runScenario(simulator, scenario, (hour, endHour) => {
        if (hour % 6 === 0) progress(`${name}: hour ${hour} of ${endHour}`);
      }),
    );
  const usages = await countUsages(inNew);
  progress("CPU of one ledger");
  const ledger = await inNew(measureLedger);
  const scenario = quietDays({
    seed: Number(options.seed),
    sampledUsers: Number(options.users),
    teamUsers: Number(options.team),
  });
  const quiet = await simulate("Quiet days", scenario);
  const bad = await simulate("Store and receiver down", {
    ...scenario,
    storeDown: { fromHour: 20, toHour: 21 },
    receiverDown: { fromHour: 6, toHour: 30, how: "hangs" },
  });
  return { date: new Date().toISOString().slice(0, 10), usages, ledger, quiet, bad };
}
