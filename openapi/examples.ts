/** The examples are recorded answers of the service: test/vectors/README.md. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ProblemCode } from "../src/problem.ts";

const FOLDER = join(import.meta.dirname, "../test/vectors");

export interface Recorded {
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly answer: { readonly status: number; readonly body?: unknown };
}

/** Returns a request and its answer. */
export function readRecorded(name: string): Recorded {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the project's own file
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as Recorded;
}

/** Returns the name of one recorded problem of each code. */
export function findProblems(): ReadonlyMap<ProblemCode, string> {
  const found = new Map<ProblemCode, string>();
  for (const file of readdirSync(FOLDER).toSorted()) {
    if (!file.startsWith("problem-")) continue;
    const name = file.slice(0, -".json".length);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the project's own file
    const { code } = readRecorded(name).answer.body as { readonly code: ProblemCode };
    if (!found.has(code) || name === `problem-${code}`) found.set(code, name);
  }
  return found;
}
