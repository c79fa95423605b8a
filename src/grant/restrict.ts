/** What the hook `authorize` adds to the restrictions of a token. */
import * as z from "zod/mini";
import { duration, size } from "../config/quantity.ts";
import { lazy } from "../lazy.ts";
import { Problem } from "../problem.ts";
import type { Caller } from "./authenticate.ts";

/** Unknown fields are refused: a restriction must not be lost by a wrong name. */
const restrictionsSchema = lazy(() =>
  z.strictObject({
    types: z.optional(z.array(z.string())),
    maxBytes: z.optional(size()),
    expiresIn: z.optional(duration().check(z.minimum(1))),
  }),
);

/** The values that a policy may have. */
export type Restrictions = Readonly<z.input<ReturnType<typeof restrictionsSchema>>>;

/** Returns the caller with fewer rights, for this request. Throws `forbidden` for `false`, and a `ZodError` for what is no answer. */
export function restrict(caller: Caller, answer: unknown): Caller {
  if (answer === false) throw new Problem("forbidden", "The application does not allow this");
  const { types, maxBytes = Infinity, expiresIn } = restrictionsSchema().parse(answer);
  const limit = Math.min(maxBytes, caller.scope.maxBytes ?? Infinity);
  return {
    ...caller,
    scope: {
      ...caller.scope,
      ...(Number.isFinite(limit) && { maxBytes: limit }),
      types,
      expiresIn,
    },
  };
}
