/**
 * Reads Vitest's JSON reports of a CI run. `--failed-files FOLDER` prints the files with a failure.
 * `FOLDER` prints what failed, and ends with "N passed, N failed, N skipped".
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import * as z from "zod/mini";

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});
type TestFile = z.infer<typeof reportSchema>["testResults"][number];

const [option = "", folder = option] = process.argv.slice(2);
if (option === "--failed-files") print(listFailed().join(" "));
else summarize();

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function readReport(name: string): readonly TestFile[] {
  const report = reportSchema.parse(JSON.parse(readFileSync(join(folder, name), "utf8")));
  return report.testResults.map((file) => ({ ...file, name: relative(".", file.name) }));
}

function listFailed(): readonly string[] {
  if (!existsSync(join(folder, "all.json"))) return [];
  const failed = readReport("all.json").filter(({ status }) => status === "failed");
  return [...new Set(failed.map(({ name }) => name))];
}

/** What Vitest prints of failures is at the end of its output. */
function printFailures(log: string): void {
  if (!existsSync(join(folder, log))) return;
  const text = readFileSync(join(folder, log), "utf8");
  const at = text.search(/ Failed (?:Suites|Tests) |Unhandled Error/u);
  if (at >= 0) print(`\nOf ${log}:\n${text.slice(at, at + 12_000)}`);
}

function summarize(): void {
  // What was run again counts by its second run.
  const again = existsSync(join(folder, "again.json")) ? listFailed() : [];
  const statuses = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((report) =>
      readReport(report).filter(({ name }) => report !== "all.json" || !again.includes(name)),
    )
    .flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const passed = statuses.filter((status) => status === "passed").length;
  const failed = statuses.filter((status) => status === "failed").length;
  printFailures("all.log");
  printFailures("again.log");
  printFailures("dart.log");
  if (again.length > 0) print(`Run a second time, alone: ${again.join(" ")}`);
  print(`${passed} passed, ${failed} failed, ${statuses.length - passed - failed} skipped`);
}
