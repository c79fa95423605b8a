/** Formats values as TypeScript for `presigner.config.ts`. */

/** Returns a field name, in quotes if it is not an identifier (`media-eu`). */
export function formatFieldName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** Returns a value as a TypeScript expression on one line. */
export function formatConfigValue(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([name, inner]) => `${formatFieldName(name)}: ${formatConfigValue(inner)}`,
  );
  return `{ ${fields.join(", ")} }`;
}
