/** Prints what `--apply` changes, and the result. */
import { styleText } from "node:util";
import type { Applied } from "./apply.ts";

const TITLES = { cors: "CORS", lifecycle: "Lifecycle" } as const;
const OUTCOMES = {
  unchanged: { mark: "✔", color: "green", messages: "nothing to change" },
  changed: { mark: "✔", color: "green", messages: "changed and verified" },
  declined: { mark: "–", color: "yellow", messages: "not changed" },
  refused: { mark: "✘", color: "red", messages: "failed" },
} as const;

/** Returns the changed lines of each rule, and the rules that are kept. */
export function printChanges({ kind, changes, kept }: Applied): string {
  const lines = changes.flatMap(({ id, removed, added }) => [
    `  ${id}`,
    ...removed.map((line) => styleText("red", `    - ${line}`)),
    ...added.map((line) => styleText("green", `    + ${line}`)),
  ]);
  const keptLine = kept.length > 0 ? [styleText("dim", `  kept: ${kept.join(", ")}`)] : [];
  return [styleText("bold", TITLES[kind]), ...lines, ...keptLine].join("\n");
}

/** Returns a line with the result, and the warnings and errors below it. */
export function printOutcome({ kind, outcome, messages }: Applied): string {
  const { mark, color, messages: word } = OUTCOMES[outcome];
  return [
    `${styleText(color, mark)} ${TITLES[kind]}: ${word}`,
    ...messages.map((line) => `  ${styleText("yellow", "!")} ${line}`),
  ].join("\n");
}
