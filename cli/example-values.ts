/** Finds the values of the example that were not replaced: `YOUR-…`, and the reserved domains of RFC 2606. */
import type { ConfigError } from "../src/config/errors.ts";

/** Returns each with its path. */
export function findPlaceholders(value: unknown, path = ""): readonly ConfigError[] {
  if (typeof value === "string" && /YOUR-|\bexample\.(com|net|org)\b/.test(value)) {
    return [{ path, detail: `replace "${value}": it is the value of the example` }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([step, inner]) =>
    findPlaceholders(inner, path ? `${path}.${step}` : step),
  );
}
