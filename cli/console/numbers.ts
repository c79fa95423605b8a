/** Numbers as people of a language read them. */
import type { Language } from "./texts.ts";

/** Three digits, and a word for thousands and more. */
export function formatCount(language: Language, count: number): string {
  return count.toLocaleString(language, { notation: "compact", maximumSignificantDigits: 3 });
}

export function formatShare(language: Language, share: number): string {
  return share.toLocaleString(language, { style: "percent" });
}

const UNITS = [
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
] as const;

/** In the largest unit of which there are two. */
export function formatSeconds(language: Language, seconds: number): string {
  const [length, unit] = UNITS.find(([one]) => seconds >= 2 * one) ?? ([1, "second"] as const);
  const amount = Math.round(seconds / length);
  return amount.toLocaleString(language, { style: "unit", unit, unitDisplay: "long" });
}
