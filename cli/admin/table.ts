/** Prints rows in columns. */
import { styleText } from "node:util";
import { printableValue } from "../printable.ts";

/** Returns lines with aligned columns below their headings; `empty` where there are no rows. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  empty: string,
): string {
  if (rows.length === 0) return `${empty}\n`;
  const cells = rows.map((row) => row.map(printableValue));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return `${[styleText("bold", line(headings)), ...cells.map(line)].join("\n")}\n`;
}
