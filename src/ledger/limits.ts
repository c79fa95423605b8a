/** The exact limits as arithmetic: what counts against them, and which one has no room. */
import type { Quota } from "../config/config.ts";
import type { RateLimit } from "../config/units.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { EMPTY, secondsUntilFits, usedIn, type Window } from "./window.ts";

export interface Reservation {
  readonly claims: UploadClaims;
  readonly quota: Quota;
  /** What may arrive: the size, or the most where none was told. */
  readonly bytes: number;
  /** When the ledger looks whether it arrived. */
  readonly dueAtMs: number;
}

/** What remains of one limit after this answer. */
interface Remaining {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window begins anew; none for a limit without a window. */
  readonly resetsIn?: number;
}

export type LimitName = "uploads" | "bytes" | "pending";
export type Standing = Readonly<Partial<Record<LimitName, Remaining>>>;

export type Answer =
  | { readonly isAdmitted: true; readonly standing: Standing }
  | {
      readonly isAdmitted: false;
      readonly exceeded: LimitName;
      readonly retryAfterSeconds: number;
      readonly standing: Standing;
    };

/** Where a limit blocks because of uploads under way, it is worth asking again this soon. */
const A_MINUTE = 60;

/** What counts against the limits of one policy. */
export interface Usage {
  readonly uploads: Window;
  readonly bytes: Window;
  readonly pending: number;
  readonly reserved: number;
}

/** A user who has sent nothing yet. */
export const UNUSED: Usage = { uploads: EMPTY, bytes: EMPTY, pending: 0, reserved: 0 };

/** The limit that has no room for one more upload of `bytes`, or `undefined`. */
export function findExceeded(
  usage: Usage,
  quota: Quota,
  { bytes, nowMs }: { readonly bytes: number; readonly nowMs: number },
): { readonly exceeded: LimitName; readonly retryAfterSeconds: number } | undefined {
  const wait = (window: Window, rate: RateLimit, amount: number) =>
    Math.max(1, secondsUntilFits(window, rate, { amount, nowMs }) ?? A_MINUTE);
  if (
    quota.uploads &&
    usedIn(usage.uploads, quota.uploads.windowSeconds, nowMs) + 1 > quota.uploads.limit
  ) {
    return { exceeded: "uploads", retryAfterSeconds: wait(usage.uploads, quota.uploads, 1) };
  }
  if (quota.pending !== undefined && usage.pending + 1 > quota.pending) {
    return { exceeded: "pending", retryAfterSeconds: A_MINUTE };
  }
  const used = quota.bytes && usedIn(usage.bytes, quota.bytes.windowSeconds, nowMs);
  if (quota.bytes && used !== undefined && used + usage.reserved + bytes > quota.bytes.limit) {
    return {
      exceeded: "bytes",
      retryAfterSeconds: wait(usage.bytes, quota.bytes, bytes + usage.reserved),
    };
  }
  return undefined;
}

/** What remains of each limit. */
export function standingOf(usage: Usage, quota: Quota, nowMs: number): Standing {
  const standing = (
    window: Window,
    { limit, windowSeconds }: RateLimit,
    reserved: number,
  ): Remaining => ({
    limit,
    remaining: Math.max(0, limit - usedIn(window, windowSeconds, nowMs) - reserved),
    resetsIn: windowSeconds - Math.floor((nowMs / 1000) % windowSeconds),
  });
  return {
    ...(quota.uploads && { uploads: standing(usage.uploads, quota.uploads, 0) }),
    ...(quota.bytes && { bytes: standing(usage.bytes, quota.bytes, usage.reserved) }),
    ...(quota.pending !== undefined && {
      pending: { limit: quota.pending, remaining: Math.max(0, quota.pending - usage.pending) },
    }),
  };
}
