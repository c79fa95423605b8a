/** Lists the uploads of a caller, newest first, in pages of 50. */
import type { Page, PageQuery } from "./page.ts";
import { RECORD_COLUMNS, toRecord, type Row } from "./row.ts";

const PAGE_SIZE = 50;

export function readList(sql: SqlStorage, { status, after }: PageQuery): Page {
  const rows = sql
    .exec<Row>(
      `SELECT ${RECORD_COLUMNS} FROM upload
       WHERE (created_ms, id) < (?, ?) AND (? IS NULL OR status = ?)
       ORDER BY created_ms DESC, id DESC LIMIT ?`,
      after?.createdAtMs ?? Number.MAX_SAFE_INTEGER,
      after?.id ?? "",
      status ?? null,
      status ?? null,
      PAGE_SIZE + 1,
    )
    .toArray();
  const uploads = rows.slice(0, PAGE_SIZE).map(toRecord);
  const last = rows.length > PAGE_SIZE ? uploads.at(-1) : undefined;
  return { uploads, next: last && { createdAtMs: last.createdAtMs, id: last.claims.jti } };
}
