/** Lists the uploads of a caller, newest first, in pages of 50. */
import { PAGE_SIZE, positionOf, type Page, type PageQuery } from "./page.ts";
import { hasAddition } from "./schema.ts";
import { RECORD_COLUMNS, toRecord, type Row } from "./row.ts";

const EMPTY_PAGE: Page = { uploads: [], next: undefined };

export function readList(sql: SqlStorage, { owner, status, after }: PageQuery): Page {
  if (owner !== undefined && !hasAddition(sql, "upload_owner")) return EMPTY_PAGE;
  // Each of the four statements has an index of its own.
  const equal = Object.entries({ owner, status }).filter(([, value]) => value !== undefined);
  const condition = equal.map(([column]) => `${column} = ? AND`).join(" ");
  const bindings = equal.map(([, value]) => value);
  const rows = sql
    .exec<Row>(
      `SELECT ${RECORD_COLUMNS} FROM upload WHERE ${condition} (created_ms, id) < (?, ?)
       ORDER BY created_ms DESC, id DESC LIMIT ?`,
      ...bindings,
      after?.createdAtMs ?? Number.MAX_SAFE_INTEGER,
      after?.id ?? "",
      PAGE_SIZE + 1,
    )
    .toArray();
  const uploads = rows.slice(0, PAGE_SIZE).map(toRecord);
  const last = rows.length > PAGE_SIZE ? uploads.at(-1) : undefined;
  return { uploads, next: last && positionOf(last) };
}
