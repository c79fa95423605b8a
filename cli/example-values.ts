/** Finds values of the example configuration that were not replaced: `YOUR-…` and the reserved domains of RFC 2606. */
import type { ConfigError } from "../src/config/errors.ts";

/** Returns an error for each example value. */
export function findExampleValues(value: unknown, path = ""): readonly ConfigError[] {
  if (typeof value === "string" && /YOUR-|\bexample\.(com|net|org)\b/.test(value)) {
    return [{ path, detail: `is still the example value "${value}": replace it with your own` }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([step, inner]) =>
    findExampleValues(inner, path ? `${path}.${step}` : step),
  );
}
