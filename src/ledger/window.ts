/**
 * A sliding window of two buckets: what was used in this window, and the part of the last one's
 * use that still counts. Pure arithmetic, in whole units; what is rounded is rounded up.
 */
import type { RateLimit } from "../config/units.ts";

export interface Window {
  readonly startMs: number;
  readonly used: number;
  readonly previous: number;
}

export const EMPTY: Window = { startMs: 0, used: 0, previous: 0 };

/** The window at `nowMs`: the same, the next one, or an empty one. */
export function advance(window: Window, windowSeconds: number, nowMs: number): Window {
  const lengthMs = windowSeconds * 1000;
  const startMs = Math.floor(nowMs / lengthMs) * lengthMs;
  if (startMs <= window.startMs) return window;
  const previous = startMs - window.startMs === lengthMs ? window.used : 0;
  return { startMs, used: 0, previous };
}

/** What counts at `nowMs`, of an advanced window. */
export function usedIn(window: Window, windowSeconds: number, nowMs: number): number {
  const elapsed = Math.min(1, Math.max(0, (nowMs - window.startMs) / (windowSeconds * 1000)));
  return window.used + Math.ceil(window.previous * (1 - elapsed));
}

/** Seconds until `amount` fits, if nothing else happens; `undefined` where it never does. */
export function secondsUntilFits(
  window: Window,
  { limit, windowSeconds }: RateLimit,
  { amount, nowMs }: { readonly amount: number; readonly nowMs: number },
): number | undefined {
  if (amount > limit) return undefined;
  const intoWindow = (nowMs - window.startMs) / 1000;
  const inThis = secondsToDecay(window.previous, limit - amount - window.used, windowSeconds);
  if (inThis !== undefined) return Math.max(0, Math.ceil(inThis - intoWindow));
  const inNext = secondsToDecay(window.used, limit - amount, windowSeconds) ?? windowSeconds;
  return Math.max(0, Math.ceil(windowSeconds - intoWindow + inNext));
}

/** How far into a window the last one's use has shrunk to `room`. */
function secondsToDecay(previous: number, room: number, windowSeconds: number): number | undefined {
  if (room < 0) return undefined;
  return previous <= room ? 0 : windowSeconds * (1 - room / previous);
}
