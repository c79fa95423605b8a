/** A page of a caller's uploads, the newest first. */
import type { Status, UploadRecord } from "./record.ts";

export const PAGE_SIZE = 50;

export interface PageQuery {
  readonly status?: Status | undefined;
  /** The caller's digest, in a ledger of several callers. */
  readonly owner?: string | undefined;
  /** The end of the previous page. */
  readonly after?: Position | undefined;
}

export interface Position {
  readonly createdAtMs: number;
  readonly id: string;
}

export interface Page {
  readonly uploads: readonly UploadRecord[];
  /** Where the next page starts; `undefined` on the last page. */
  readonly next: Position | undefined;
}

/** Returns the first page of several ledgers, from the first page of each. */
export function joinPages(pages: readonly Page[]): Page {
  const [only] = pages;
  if (only && pages.length === 1) return only;
  const all = pages.flatMap(({ uploads }) => uploads).toSorted(newestFirst);
  const uploads = all.slice(0, PAGE_SIZE);
  const last = uploads.at(-1);
  const hasMore = all.length > PAGE_SIZE || pages.some(({ next }) => next);
  return { uploads, next: hasMore && last ? positionOf(last) : undefined };
}

export function positionOf({ createdAtMs, claims }: UploadRecord): Position {
  return { createdAtMs, id: claims.jti };
}

function newestFirst(a: UploadRecord, b: UploadRecord): number {
  return b.createdAtMs - a.createdAtMs || (a.claims.jti < b.claims.jti ? 1 : -1);
}
