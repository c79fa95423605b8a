/** Sizes, speeds and times as people read them, formatted for the language. */

export type Language = "en" | "ko";

const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

function unitOf(language: Language, value: number, unit: string): string {
  const unitDisplay = unit === "byte" ? "long" : "short";
  const maximumFractionDigits = value < 100 && unit !== "byte" ? 1 : 0;
  const options = { style: "unit", unit, unitDisplay, maximumFractionDigits } as const;
  return new Intl.NumberFormat(language, options).format(value);
}

/** What rounds to 1,000 of a unit is one of the next. */
const ROUNDING = 1.0005;

/** Returns a size such as `1.5 MB`. */
export function bytesOf(language: Language, bytes: number): string {
  const step = Math.min(
    SIZES.length - 1,
    Math.floor(Math.log10(Math.max(1, bytes * ROUNDING)) / 3),
  );
  return unitOf(language, bytes / 1000 ** step, SIZES[step] ?? "byte");
}

/** Returns a whole number. */
export function numberOf(language: Language, value: number): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(value);
}

/** Returns a share such as `42%`. */
export function percentOf(language: Language, share: number): string {
  return new Intl.NumberFormat(language, { style: "percent" }).format(share);
}

const TIMES = [
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

/** Returns a time such as `12 sec`, in the largest unit of which there is at least one. */
export function durationOf(language: Language, seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  const [length, unit] = TIMES.find(([size]) => whole >= size) ?? TIMES[3];
  const options = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(language, options).format(Math.round(whole / length));
}

/** Returns a time such as `38 ms`, or `1.2 s` from a second on. */
export function elapsedOf(language: Language, ms: number): string {
  const [value, unit] = ms < 1000 ? [ms, "millisecond"] : [ms / 1000, "second"];
  const maximumFractionDigits = ms < 1000 ? 0 : 1;
  const options = { style: "unit", unit, unitDisplay: "narrow", maximumFractionDigits } as const;
  return new Intl.NumberFormat(language, options).format(value);
}

/** Returns the time of day. */
export function timeOf(language: Language, date: Date): string {
  return new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(date);
}

/** Returns names as a list: `JPEG, PNG or WebP`. */
export function listOf(language: Language, names: readonly string[]): string {
  return new Intl.ListFormat(language, { type: "disjunction" }).format(names);
}
