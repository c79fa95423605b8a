/** Prints the result, and writes it into docs/scale.md and its chart, docs/recipes/costs.md, and the file that `costs` reads. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { about, percent } from "../../cli/costs/format.ts";
import { READ_ON } from "../../cli/costs/published.ts";
import { readVersions } from "../versions.ts";
import { ROOT } from "../workspace.ts";
import { formatFile, replacePart } from "../write-docs.ts";
import { breaksTable } from "./breaks.ts";
import { drawChart } from "./chart.ts";
import { includedTable, uploadTable } from "./costs-page.ts";
import { teamTable, usersTable } from "./days.ts";
import type { Result } from "./result.ts";
import { samplingErrorOf } from "./summarize.ts";
import { table } from "./table.ts";
import { writeMeasured } from "./write-measured.ts";
import { limitsTable, modesTable, pricesTable, type Usages } from "./tables.ts";

const PAGE = join(ROOT, "docs", "scale.md");
const RECIPE = join(ROOT, "docs", "recipes", "costs.md");
const PERFORMANCE = join(ROOT, "docs", "performance.md");

type Parts = Readonly<Record<string, string>>;

/** The parts of the page, each between markers of its name. */
function partsOf(result: Result): Parts {
  return {
    ...costsOf(result.usages),
    breaks: breaksTable(result),
    capacity: capacityTable(result),
    users: usersTable(result),
    team: teamTable(result),
    origin: describeOrigin(result),
  };
}

/** Those that a test holds to the code. */
function costsOf(usages: Usages): Parts {
  return { limits: limitsTable(usages), modes: modesTable(usages), prices: pricesTable() };
}

export function formatResult(result: Result): string {
  const { breaks, modes, users, team, origin } = partsOf(result);
  return [breaks, modes, users, team, origin].join("\n\n");
}

export function writeDocs(result: Result): void {
  writeParts(PAGE, partsOf(result));
  writeUsages(result.usages);
  writeFileSync(join(ROOT, "docs", "scale.svg"), drawChart(result));
}

/** Writes what uploads cost, and leaves the rest of the pages as it is. */
export function writeCosts(usages: Usages): void {
  writeParts(PAGE, costsOf(usages));
  writeUsages(usages);
}

function writeUsages(usages: Usages): void {
  writeParts(RECIPE, { included: includedTable(), upload: uploadTable(usages) });
  writeMeasured(usages);
}

function writeParts(file: string, parts: Parts): void {
  let page = readFileSync(file, "utf8");
  for (const [name, text] of Object.entries(parts)) page = replacePart(page, name, text);
  writeFileSync(file, page);
  formatFile(file);
}

/** What was measured on this machine, by its CPU time alone. */
function capacityTable({ ledger }: Result): string {
  const [, ticketUs = "NaN"] =
    /CPU of a ticket +\| (\d+) µs/.exec(readFileSync(PERFORMANCE, "utf8")) ?? [];
  const rows = [
    [
      "isolate, of one core",
      `${about(1e6 / Number(ticketUs))} tickets a second`,
      `[${ticketUs} µs](performance.md#on-the-machine-where-it-was-measured) a ticket`,
    ],
    ...(ledger
      ? [
          [
            "ledger, of one core",
            `${about(1000 / ledger.ledgerMs)} uploads a second`,
            `${about(ledger.ledgerMs)} ms an upload, ${about(ledger.ledgerMs / ledger.statelessMs)} times what its ticket and completion take without a ledger: reservation, completion, webhook and deletion`,
          ],
        ]
      : []),
  ];
  return table(["one", "does", "which takes"], rows);
}

function describeOrigin(result: Result): string {
  const { date, bad } = result;
  const { seed, sampledUsers } = bad.scenario;
  const { ofTotal, ofPeak } = samplingErrorOf(bad);
  const { workerd = "", node = "", machine = "" } = readVersions();
  return `Simulated on ${date} with seed ${seed} and ${about(sampledUsers)} of a million users: in 95 of 100 samples a total is at most ${percent(ofTotal)} off, and the peak of half an hour ${percent(ofPeak)}. workerd ${workerd}, node ${node}; ${machine}. Prices and limits: copies of Cloudflare's and AWS's pages, read on ${READ_ON}.`;
}
