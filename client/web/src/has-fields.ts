/** Whether the value is an object that has these fields. */
export function hasFields(value: unknown, ...names: readonly string[]): value is object {
  return typeof value === "object" && value !== null && names.every((name) => name in value);
}
