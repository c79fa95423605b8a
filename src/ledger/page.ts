/** A page of a caller's uploads. */
import type { Status, UploadRecord } from "./record.ts";

export interface PageQuery {
  readonly status?: Status | undefined;
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
