/** Prints the steps of `edge-presigner smoke`. */
import { styleText } from "node:util";
import { printableValue } from "../printable.ts";
import type { SmokeResult } from "./run.ts";
import type { Step } from "./steps.ts";

const MARKS: Readonly<Record<Step["result"], string>> = {
  good: styleText("green", "✔"),
  bad: styleText("red", "✘"),
  skipped: styleText("yellow", "•"),
};

/** Returns a line for each step, and whether the Worker works. */
export function printSmoke(url: URL, { isGood, steps }: SmokeResult): string {
  const lines = steps.map(({ name, result, milliseconds, message }) => {
    const time = result === "skipped" ? "" : `${milliseconds} ms`;
    return `  ${MARKS[result]} ${name.padEnd(9)} ${time.padStart(8)}  ${printableValue(message)}`;
  });
  const verdict = isGood
    ? styleText("green", "The Worker and the store work.")
    : styleText("red", "A step has failed.");
  return `${styleText("bold", url.origin)}\n${lines.join("\n")}\n\n${verdict}\n`;
}
