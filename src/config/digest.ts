/** Names a configuration by its content: two deployments with the same one have the same name. */
import { sha256Hex } from "../hash.ts";
import type { Config } from "./config.ts";

const DIGITS = 16;

/** Returns 16 hexadecimal digits. Secrets count by their names, and not by their values. */
export function digestOf(config: Config): string {
  return sha256Hex(JSON.stringify(config, withCollections)).slice(0, DIGITS);
}

/** JSON has no maps and sets. A built configuration has its fields in another order, and no forms of options. */
function withCollections(name: string, value: unknown): unknown {
  if (name === "options") return undefined;
  if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)];
  if (value instanceof RegExp) return value.source;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
