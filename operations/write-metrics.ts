/** Returns the parts of docs/metrics.md that follow from the queries. */
import { ALERTS, COLUMNS, QUERIES } from "./queries.ts";
import { writeTable } from "./write-table.ts";

export function writeColumns(): string {
  const rows = COLUMNS.map(([column, name, meaning]) => [`\`${column}\``, name, meaning]);
  return writeTable(["column", "is", "of which kind, and what"], rows);
}

export function writeQueries(): string {
  return QUERIES.map(({ title, answers, sql }) =>
    [`### ${title}`, answers, writeSql(sql)].join("\n\n"),
  ).join("\n\n");
}

export function writeAlerts(): string {
  return ALERTS.map(({ name, isAt, sql, reason, event }) =>
    [
      `### ${name}`,
      `When \`value\` is ${isAt}. ${reason} Then: [\`${event}\`](operations.md#${event}).`,
      writeSql(sql),
    ].join("\n\n"),
  ).join("\n\n");
}

function writeSql(sql: string): string {
  return `\`\`\`sql\n${sql}\n\`\`\``;
}
