/** Values as they stand in `presigner.config.ts`. */

/** The name of a field: one that is no identifier stands in quotes (`media-eu`). */
export function fieldName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

export function literal(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([name, inner]) => `${fieldName(name)}: ${literal(inner)}`,
  );
  return `{ ${fields.join(", ")} }`;
}
