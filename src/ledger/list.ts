/** The caller's uploads, the newest first, a page at a time. */
import { RECORD_COLUMNS, toRecord, type Row, type Status, type UploadRecord } from "./record.ts";

export interface PageQuery {
  readonly status?: Status | undefined;
  /** Where the page before this one ended. */
  readonly after?: Position | undefined;
}

export interface Position {
  readonly createdAtMs: number;
  readonly id: string;
}

export interface Page {
  readonly uploads: readonly UploadRecord[];
  /** Where the next page begins; `undefined` on the last one. */
  readonly next: Position | undefined;
}

const PAGE = 50;

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
      PAGE + 1,
    )
    .toArray();
  const uploads = rows.slice(0, PAGE).map(toRecord);
  const last = rows.length > PAGE ? uploads.at(-1) : undefined;
  return { uploads, next: last && { createdAtMs: last.createdAtMs, id: last.claims.jti } };
}
