/** The bodies of `/v1/admin`. Unknown fields are refused. */
import * as z from "zod/mini";
import { lazy } from "../lazy.ts";

export const revocationRequest = lazy(() =>
  z.strictObject({
    user: z.optional(z.string().check(z.minLength(1))),
    issuer: z.optional(z.string().check(z.minLength(1))),
    all: z.optional(z.literal(true)),
    /** Now by default; a time in the future is a block until then. */
    before: z.optional(timeSchema()),
  }),
);

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** A time with its zone (RFC 3339 section 5.6). */
const timeSchema = () =>
  z.string().check(
    z.refine((text) => TIME.test(text) && isOnCalendar(text), {
      error: 'must be a time with its zone, such as "2026-11-26T12:00:00Z"',
    }),
  );

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isOnCalendar(text: string): boolean {
  const date = text.slice(0, 10);
  const midnight = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(midnight) || Number.isNaN(Date.parse(text))) return false;
  return new Date(midnight).toISOString().startsWith(date);
}
