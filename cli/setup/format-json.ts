/** Formats JSON for people: what fits on a line keptLine on it. */

const WIDTH = 100;

/** Returns JSON that is indented by two spaces. */
export function formatJson(value: unknown, indent = ""): string {
  const flat = flatten(value);
  if (indent.length + flat.length <= WIDTH && !hasDepth(value)) return flat;
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => deeper + formatJson(item, deeper));
    return `[\n${items.join(",\n")}\n${indent}]`;
  }
  const fields = entriesOf(value).map(
    ([name, inner]) => `${deeper}${JSON.stringify(name)}: ${formatJson(inner, deeper)}`,
  );
  return fields.length === 0 ? flat : `{\n${fields.join(",\n")}\n${indent}}`;
}

function flatten(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flatten).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = entriesOf(value).map(
    ([name, inner]) => `${JSON.stringify(name)}: ${flatten(inner)}`,
  );
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/** Whether a value is easier to read on several lines: lists of objects, and objects with more than two fields or levels. */
function hasDepth(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isNested);
  const inner = entriesOf(value).map(([, field]) => field);
  return (
    inner.length > 2 || inner.some((field) => entriesOf(field).some(([, deep]) => isNested(deep)))
  );
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
