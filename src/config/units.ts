/** Parses durations, sizes and rates as people write them: `"2 min"`, `"5 MB"`, `"30 / minute"`. */

const SECONDS = {
  s: 1,
  sec: 1,
  min: 60,
  h: 3600,
  hour: 3600,
  hours: 3600,
  day: 86_400,
  days: 86_400,
} as const;
const BYTES = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const;
const WINDOWS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** A number of seconds, or `"90 s"`, `"5 min"`, `"1 h"`, `"7 days"`. */
export type Duration = number | `${number} ${keyof typeof SECONDS}`;
/** A number of bytes, or `"5 MB"` (10⁶), `"5 MiB"` (2²⁰). */
export type Size = number | `${number} ${keyof typeof BYTES}`;
/** `"30 / minute"`: a count in a window. */
export type Rate = `${number} / ${keyof typeof WINDOWS}`;
/** `"1 GB / day"`: bytes in a window. */
export type BytesRate = `${number} ${keyof typeof BYTES} / ${keyof typeof WINDOWS}`;

/** An amount and its window. */
export interface RateLimit {
  readonly limit: number;
  readonly windowSeconds: number;
}

/** Returns whole seconds, or `undefined` for a text that is not a duration. */
export function parseDuration(text: unknown): number | undefined {
  return parseQuantity(text, SECONDS);
}

/** Returns whole bytes, or `undefined` for a text that is not a size. */
export function parseSize(text: unknown): number | undefined {
  return parseQuantity(text, BYTES);
}

/** Returns a count and its window, or `undefined` for a text that is not a rate. */
export function parseRate(text: unknown): RateLimit | undefined {
  return parsePer(text, (amount) => (/^\d{1,9}$/.test(amount) ? Number(amount) : undefined));
}

/** Returns bytes and their window, or `undefined` for a text that is not a rate of bytes. */
export function parseBytesRate(text: unknown): RateLimit | undefined {
  return parsePer(text, parseSize);
}

function parsePer(
  text: unknown,
  parseAmount: (amount: string) => number | undefined,
): RateLimit | undefined {
  const match = typeof text === "string" ? /^([^/]{1,32}?) ?\/ ?([a-z]+)$/.exec(text) : null;
  const windowSeconds = match && lookUp(WINDOWS, match[2]);
  const limit = match?.[1] === undefined ? undefined : parseAmount(match[1]);
  return windowSeconds && limit ? { limit, windowSeconds } : undefined;
}

function parseQuantity(text: unknown, units: Readonly<Record<string, number>>): number | undefined {
  if (typeof text === "number") return whole(text);
  const match =
    typeof text === "string" ? /^(\d{1,15}(?:\.\d{1,3})?) ?([A-Za-z]+)$/.exec(text) : null;
  const unit = match && lookUp(units, match[2]);
  return unit ? whole(Number(match[1]) * unit) : undefined;
}

function whole(value: number): number | undefined {
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function lookUp(table: Readonly<Record<string, number>>, name = ""): number | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
