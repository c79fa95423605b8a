/** The messages of schemas: what to change in a value, to be read after its path. */
import type * as z from "zod/mini";

type Issue = z.core.$ZodRawIssue;

/** Returns the message of an issue, for `z.config({ customError })`. A message in the schema itself goes first. */
export function messageOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is required" : `must be ${nameOf(issue.expected)}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return `must ${amountOf(issue.origin, `at least ${String(issue.minimum)}`)}`;
    case "too_big":
      return `must ${amountOf(issue.origin, `at most ${String(issue.maximum)}`)}`;
    case "unrecognized_keys":
      return `has no field ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
    case "invalid_key":
      return "has a name that is not allowed";
    case "custom":
    case "invalid_element":
    case "invalid_format":
    case "invalid_union":
    case "not_multiple_of":
      return "is not valid";
  }
}

/** Returns the name of a type with its article. */
function nameOf(expected: string): string {
  if (expected === "int") return "a whole number";
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}

/** Returns `have at least 3 characters` for texts and arrays, `be at least 3` for numbers. */
function amountOf(origin: string, amount: string): string {
  if (origin === "string") return `have ${amount} characters`;
  return origin === "array" ? `have ${amount} elements` : `be ${amount}`;
}
