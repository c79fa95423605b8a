/** What people have of a failed request, one piece after the other. */
import type { Request } from "./request.ts";

/** What was said of the answer. Elements and headers that it does not have are not in the maps. */
export interface Answer {
  /** 0: a browser saw none. */
  readonly status?: number;
  /** The elements of the store's XML. */
  readonly fields?: ReadonlyMap<string, string>;
  /** The problem of the Worker itself, which then gave no ticket. */
  readonly problem?: { readonly code: string; readonly detail: string };
  /** The store's clock, from its `Date`. */
  readonly date?: Date;
}

export type Piece =
  /** What the Worker gave. */
  | { readonly kind: "ticket"; readonly request: Request }
  /** What went over the wire, or some of it. */
  | { readonly kind: "sent"; readonly request: Request; readonly isCutByShell?: boolean }
  /** A request that may be the one or the other. */
  | { readonly kind: "either"; readonly request: Request }
  | { readonly kind: "answer"; readonly answer: Answer };

/** Reads what begins at the start of a text, or nothing of it. Throws a `SyntaxError` for what begins well and goes wrong. */
export type Reader = (
  text: string,
) => { readonly pieces: readonly Piece[]; readonly length: number } | undefined;

/** A value of a `Date` header or of an XML's time; `undefined` where it is none. */
export function readDate(text: string | undefined): Date | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : new Date(time);
}
