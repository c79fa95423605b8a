/** A table with columns of numbers, which are read from their right end. */
import { table } from "../admin/table.ts";

export function numberTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  columns: readonly number[],
): string {
  const all = [headings, ...rows];
  const widthOf = (column: number) => Math.max(...all.map((row) => row[column]?.length ?? 0));
  const widths = new Map(columns.map((column) => [column, widthOf(column)]));
  const [head = [], ...body] = all.map((row) =>
    row.map((cell, column) => cell.padStart(widths.get(column) ?? 0)),
  );
  return table(head, body, "");
}
