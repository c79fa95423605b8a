/** Prints what `--apply` changes, and the result. */
import { styleText } from "node:util";
import { printableValue } from "../printable.ts";
import type { Applied } from "./apply.ts";

const TITLES = { cors: "CORS", lifecycle: "Lifecycle" } as const;
const OUTCOMES = {
  unchanged: { mark: "✔", color: "green", result: "nothing to change" },
  changed: { mark: "✔", color: "green", result: "changed and verified" },
  declined: { mark: "–", color: "yellow", result: "not changed" },
  refused: { mark: "✘", color: "red", result: "failed" },
} as const;

/** Returns the changed lines of each rule, and the rules that are kept. */
export function printChanges({ kind, changes, kept }: Applied): string {
  const lines = changes.flatMap(({ id, removed, added }) => [
    `  ${printableValue(id)}`,
    ...removed.map((line) => styleText("red", `    - ${printableValue(line)}`)),
    ...added.map((line) => styleText("green", `    + ${printableValue(line)}`)),
  ]);
  const names = kept.map(printableValue).join(", ");
  const keptLine = kept.length > 0 ? [styleText("dim", `  kept: ${names}`)] : [];
  return [styleText("bold", TITLES[kind]), ...lines, ...keptLine].join("\n");
}

/** Returns a line with the result, and the warnings and errors below it. */
export function printOutcome({ kind, outcome, messages }: Applied): string {
  const { mark, color, result } = OUTCOMES[outcome];
  return [
    `${styleText(color, mark)} ${TITLES[kind]}: ${result}`,
    ...messages.map((line) => `  ${styleText("yellow", "!")} ${printableValue(line)}`),
  ].join("\n");
}
