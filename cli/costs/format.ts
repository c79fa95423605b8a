/** Writes numbers as a reader can compare them. */
import { describeBytes } from "../../src/describe-bytes.ts";

/** Two significant digits; all of them from 100 to 999. */
export function about(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 1 - Math.floor(Math.log10(Math.abs(value))));
  if (value < 100) return Number(value.toFixed(Math.min(digits, 3))).toString();
  if (value < 1000) return Math.round(value).toString();
  if (value < 1e6) return group(Number(value.toPrecision(2)));
  if (value < 1e9) return `${Number((value / 1e6).toPrecision(2))} million`;
  return `${Number((value / 1e9).toPrecision(2))} billion`;
}

/** A whole number with commas. */
export function group(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** With cents; more of them for a thousandth of a dollar, none from a hundred dollars on. */
export function dollars(value: number): string {
  if (value > 0 && value < 0.01) return `$${value}`;
  return value < 100 ? `$${value.toFixed(2)}` : `$${group(value)}`;
}

export function percent(share: number): string {
  return `${about(100 * share)} %`;
}

/** As a bill has it. */
export function cents(dollarsAndCents: number): string {
  return dollarsAndCents.toLocaleString("en-US", { style: "currency", currency: "USD" });
}

export function shortBytes(bytes: number): string {
  return describeBytes(Math.round(bytes)).replace(/ \(.*/, "");
}
