// Reads Vitest's JSON reports of a CI run. `--failed-files FOLDER` prints the files with a failure;
// `FOLDER` prints what failed, and ends with "N passed, N failed, N skipped".
const { existsSync, readFileSync, readdirSync } = require("node:fs");
const { join, relative } = require("node:path");

const readReport = (folder, name) =>
  JSON.parse(readFileSync(join(folder, name), "utf8")).testResults;

function failedFiles(folder) {
  if (!existsSync(join(folder, "all.json"))) return [];
  const failed = readReport(folder, "all.json").filter(({ status }) => status === "failed");
  return [...new Set(failed.map(({ name }) => relative(process.cwd(), name)))];
}

/** What Vitest prints of failures stands at the end of its output. */
function printFailures(folder, log) {
  if (!existsSync(join(folder, log))) return;
  const text = readFileSync(join(folder, log), "utf8");
  const at = text.search(/Failed (?:Suites|Tests)|Unhandled/u);
  if (at >= 0) console.log(`\nOf ${log}:\n${text.slice(at, at + 12_000)}`);
}

function summarize(folder) {
  const sums = { passed: 0, failed: 0, pending: 0 };
  // What was run again counts by its second run.
  const again = existsSync(join(folder, "again.json")) ? new Set(failedFiles(folder)) : new Set();
  for (const report of readdirSync(folder).filter((name) => name.endsWith(".json")))
    for (const file of readReport(folder, report)) {
      const name = relative(process.cwd(), file.name);
      if (report === "all.json" && again.has(name)) continue;
      for (const { status } of file.assertionResults) {
        if (status === "passed" || status === "failed") sums[status] += 1;
        else sums.pending += 1;
      }
    }
  printFailures(folder, "all.log");
  printFailures(folder, "again.log");
  if (again.size > 0) console.log(`Run a second time, alone: ${[...again].join(" ")}`);
  console.log(`${sums.passed} passed, ${sums.failed} failed, ${sums.pending} skipped`);
}

const [option, folder] = process.argv.slice(2);
if (option === "--failed-files") console.log(failedFiles(folder).join(" "));
else summarize(option);
