/** What `--apply` is about to do, and what it did. */
import { styleText } from "node:util";
import type { Applied } from "./apply.ts";

const TITLES = { cors: "CORS", lifecycle: "Lifecycle" } as const;
const OUTCOMES = {
  unchanged: { mark: "✔", color: "green", says: "nothing to change" },
  changed: { mark: "✔", color: "green", says: "changed, read back, and as it should be" },
  declined: { mark: "–", color: "yellow", says: "left as it is" },
  refused: { mark: "✘", color: "red", says: "not as it should be" },
} as const;

/** The rules that differ, line by line, and those that stay. */
export function printChanges({ kind, changes, kept }: Applied): string {
  const lines = changes.flatMap(({ id, removed, added }) => [
    `  ${id}`,
    ...removed.map((line) => styleText("red", `    - ${line}`)),
    ...added.map((line) => styleText("green", `    + ${line}`)),
  ]);
  const stays = kept.length > 0 ? [styleText("dim", `  stays: ${kept.join(", ")}`)] : [];
  return [styleText("bold", TITLES[kind]), ...lines, ...stays].join("\n");
}

/** One line for each kind of rules, and what is to be known below it. */
export function printOutcome({ kind, outcome, says }: Applied): string {
  const { mark, color, says: word } = OUTCOMES[outcome];
  return [
    `${styleText(color, mark)} ${TITLES[kind]}: ${word}`,
    ...says.map((line) => `  ${styleText("yellow", "!")} ${line}`),
  ].join("\n");
}
