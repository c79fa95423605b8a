/** Defines the inputs of `explain`: what users have of a failed request. */
import type { Request } from "./request.ts";

/** What is known of the answer. */
export interface Answer {
  /** 0 if the browser blocked the answer. */
  readonly status?: number;
  /** The fields of the store's XML error. */
  readonly fields?: ReadonlyMap<string, string>;
  /** The problem with which the Worker refused the ticket. */
  readonly problem?: { readonly code: string; readonly detail: string };
  /** The store's clock, from its `Date` header. */
  readonly date?: Date;
}

export type Input =
  /** A ticket of the Worker. */
  | { readonly kind: "ticket"; readonly request: Request }
  /** A sent request, or some of it. */
  | { readonly kind: "sent"; readonly request: Request; readonly isCutByShell?: boolean }
  /** A request that may be a ticket or a sent one. */
  | { readonly kind: "either"; readonly request: Request }
  | { readonly kind: "answer"; readonly answer: Answer };

/** Reads the inputs at the start of a text and returns their length, or `undefined` for another format. Throws a `SyntaxError` for broken input. */
export type Reader = (
  text: string,
) => { readonly inputs: readonly Input[]; readonly length: number } | undefined;

/** Returns the date of a header or an XML field, or `undefined` if it is not a date. */
export function readDate(text: string | undefined): Date | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : new Date(time);
}
