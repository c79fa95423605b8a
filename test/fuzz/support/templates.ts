/** Key templates: mostly sound ones, and some that the configuration refuses. */
import fc from "fast-check";
import { anyText } from "./texts.ts";

const literals = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-z0-9_.-]{1,8}$/) },
  fc.constantFrom("한글", "e", "\u0301", "\uD83C", "a b", "(1)", "+", "$", "^", "x|y", "%20", "."),
);
const placeholders = fc.constantFrom(
  "{id}",
  "{ext}",
  "{name}",
  "{yyyy}",
  "{mm}",
  "{dd}",
  "{claim.tenant}",
  "{claim.org}",
);
const segments = fc.oneof(
  { weight: 3, arbitrary: literals },
  {
    weight: 6,
    arbitrary: fc
      .array(fc.oneof(literals, { weight: 2, arbitrary: placeholders }), {
        minLength: 1,
        maxLength: 4,
      })
      .map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.oneof({ weight: 5, arbitrary: literals }, anyText) },
);

export const templates = fc.oneof(
  fc.constantFrom(
    "photos/{user}/{id}.{ext}",
    "documents/{user}/{id}/{name}",
    "{claim.tenant}/{user}/{yyyy}-{mm}/{id}-{name}",
    "{user}/{name}",
  ),
  fc
    .tuple(
      fc.array(segments, { maxLength: 2 }),
      fc.constantFrom(["{user}"], ["{user}"], []),
      fc.array(segments, { minLength: 1, maxLength: 3 }),
    )
    .map(([before, user, after]) => [...before, ...user, ...after].join("/")),
);
