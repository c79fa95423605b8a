/** Values of the example that nobody changed: `YOUR-…`, and the reserved domains of RFC 2606. */
import type { Mistake } from "../src/config/errors.ts";

/** Each with its path; none where the configuration is somebody's own. */
export function findPlaceholders(value: unknown, path = ""): readonly Mistake[] {
  if (typeof value === "string" && /YOUR-|\bexample\.(com|net|org)\b/.test(value)) {
    return [{ path, detail: `put your own value here: "${value}" is the example's` }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([step, inner]) =>
    findPlaceholders(inner, path ? `${path}.${step}` : step),
  );
}
