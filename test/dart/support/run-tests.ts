/** Runs the tests of the package, and returns what package:test reports of each (its JSON reporter). */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod/mini";
import { PACKAGE, compile, findSources, makeFolder, tryToRun, type Dart } from "./dart.ts";

export interface TestResult {
  readonly name: string;
  readonly isSkipped: boolean;
  /** What failed: empty for a test that passed. */
  readonly failures: readonly string[];
}

const eventSchema = z.object({
  type: z.string(),
  test: z.optional(z.object({ id: z.number(), name: z.string() })),
  testID: z.optional(z.number()),
  error: z.optional(z.string()),
  stackTrace: z.optional(z.string()),
  hidden: z.optional(z.boolean()),
  skipped: z.optional(z.boolean()),
  result: z.optional(z.string()),
});

export function runTests(dart: Dart): readonly TestResult[] {
  const { stdout, stderr } = dart.hasSdk
    ? tryToRun(dart.command, ["test", "--reporter=json"])
    : tryToRun(dart.command, [compile(dart, writeProgram(findSources("test/*_test.dart")))]);
  const results = readResults(stdout);
  if (results.length === 0) throw new Error(`No test was run:\n${stdout}${stderr}`);
  return results;
}

/** Writes what `dart test` would do with the files: a VM has no such command. */
function writeProgram(files: readonly string[]): string {
  const imports = files.map(
    (file, index) => `import '${pathToFileURL(join(PACKAGE, file)).href}' as file${index};`,
  );
  const groups = files.map((file, index) => `group('${file}', file${index}.main);`);
  const path = join(makeFolder(), "all_tests.dart");
  const program = `import 'dart:io';
import 'package:test/test.dart';
import 'package:test_core/src/direct_run.dart';
import 'package:test_core/src/runner/reporter/json.dart';
${imports.join("\n")}
Future<void> main() async {
  await directRunTests(() {
    ${groups.join("\n    ")}
  }, reporterFactory: (engine) => JsonReporter.watch(engine, stdout, isDebugRun: false));
}
`;
  writeFileSync(path, program);
  return path;
}

function readResults(stdout: string): readonly TestResult[] {
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  const events = lines.map((line) => eventSchema.parse(JSON.parse(line)));
  const failuresOf = (id: number | undefined) =>
    events
      .filter(({ type, testID }) => type === "error" && testID === id)
      .map(({ error = "", stackTrace = "" }) => `${error}\n${stackTrace}`);
  const doneOf = (id: number) =>
    events.find(({ type, testID }) => type === "testDone" && testID === id);
  return events.flatMap(({ type, test }) => {
    if (type !== "testStart" || !test) return [];
    const done = doneOf(test.id);
    if (done?.hidden && done.result === "success") return [];
    const failures = failuresOf(test.id);
    const isOver = done?.result === "success" || failures.length > 0;
    return [
      {
        name: test.name,
        isSkipped: done?.skipped ?? false,
        failures: isOver ? failures : ["It did not end"],
      },
    ];
  });
}
