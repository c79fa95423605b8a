/**
 * A sliding window, approximated by two fixed windows: the use in the current one, and a share of the
 * use in the previous one. All amounts are whole numbers, rounded up.
 */
import type { RateLimit } from "../config/units.ts";

export interface Window {
  readonly startMs: number;
  readonly used: number;
  readonly previous: number;
}

export const EMPTY: Window = { startMs: 0, used: 0, previous: 0 };

/** Returns the window at `nowMs`: the same one, the next one, or an empty one. */
export function advance(window: Window, windowSeconds: number, nowMs: number): Window {
  const lengthMs = windowSeconds * 1000;
  const startMs = Math.floor(nowMs / lengthMs) * lengthMs;
  if (startMs <= window.startMs) return window;
  const previous = startMs - window.startMs === lengthMs ? window.used : 0;
  return { startMs, used: 0, previous };
}

/** Returns the amount that counts at `nowMs`, for an advanced window. */
export function usedIn(window: Window, windowSeconds: number, nowMs: number): number {
  const elapsed = Math.min(1, Math.max(0, (nowMs - window.startMs) / (windowSeconds * 1000)));
  return window.used + Math.ceil(window.previous * (1 - elapsed));
}

/** Returns the seconds until `amount` fits, if nothing else is used; `undefined` if it never fits. */
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

/** Returns how many seconds into a window the share of the previous one has shrunk to `room`. */
function secondsToDecay(previous: number, room: number, windowSeconds: number): number | undefined {
  if (room < 0) return undefined;
  return previous <= room ? 0 : windowSeconds * (1 - room / previous);
}
