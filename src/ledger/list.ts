/** Lists the uploads of a caller, newest first, in pages of 50. */
import type { Page, PageQuery } from "./page.ts";
import { RECORD_COLUMNS, toRecord, type Row } from "./row.ts";

const PAGE_SIZE = 50;

export function readList(sql: SqlStorage, { status, after }: PageQuery): Page {
  // Each of the two statements has an index of its own.
  const [condition, bindings] = status === undefined ? ["", []] : ["status = ? AND", [status]];
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
  return { uploads, next: last && { createdAtMs: last.createdAtMs, id: last.claims.jti } };
}
