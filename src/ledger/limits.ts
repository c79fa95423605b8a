/** The exact limits as arithmetic: what counts against each, and which one is exceeded. */
import type { Quota } from "../config/policy-schema.ts";
import type { RateLimit } from "../config/units.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { UploadRecord } from "./record.ts";
import { EMPTY, secondsUntilFits, usedIn, type Window } from "./window.ts";

/** A request that may be sent again. Both are SHA-256 in hexadecimal digits: no key is stored. */
export interface RequestIdentity {
  /** Of the caller, the key, and the place in a batch. */
  readonly name: string;
  /** Of what the request asks for. */
  readonly fingerprint: string;
}

export interface Reservation {
  readonly claims: UploadClaims;
  readonly quota: Quota;
  /** The bytes that may arrive: the size, or the policy's limit where the size is unknown. */
  readonly bytes: number;
  /** When the ledger asks the store whether the file arrived. */
  readonly dueAtMs: number;
  /** The caller's digest, in a ledger of several callers. */
  readonly owner?: string;
  /** Only for a request with an Idempotency-Key. */
  readonly request?: RequestIdentity;
}

/** A policy whose limits are read. */
export interface LimitedPolicy {
  readonly policy: string;
  readonly quota: Quota;
}

/** What remains of one limit. */
export interface Remaining {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the next window; absent for a limit without a window. */
  readonly resetsIn?: number;
}

export type LimitName = "uploads" | "bytes" | "pending" | "objects" | "stored";
export type RemainingQuota = Readonly<Partial<Record<LimitName, Remaining>>>;

export type ReservationResult =
  | {
      readonly isAdmitted: true;
      readonly remaining: RemainingQuota;
      /** The same request came before: its upload, and nothing is reserved again. */
      readonly earlier?: UploadRecord;
    }
  | { readonly isAdmitted: false; readonly isKeyReused: true }
  | {
      readonly isAdmitted: false;
      readonly exceeded: LimitName;
      /** Absent for what no waiting gives back. */
      readonly retryAfterSeconds?: number;
      readonly remaining: RemainingQuota;
    };

/** When to try again where pending uploads use up a limit. */
const RETRY_SECONDS = 60;

/** What the objects of one policy take. */
export interface StoredUsage {
  readonly objects: number;
  readonly bytes: number;
}
export const NOTHING_STORED: StoredUsage = { objects: 0, bytes: 0 };

/** What a user has used of the limits of one policy. */
export interface Usage {
  readonly uploads: Window;
  readonly bytes: Window;
  readonly pending: number;
  readonly reserved: number;
  readonly stored: StoredUsage;
}

/** The usage of a user without uploads. */
export const UNUSED: Usage = {
  uploads: EMPTY,
  bytes: EMPTY,
  pending: 0,
  reserved: 0,
  stored: NOTHING_STORED,
};

/** Returns the limit that one more upload of `bytes` would exceed, or `undefined`. */
export function findExceeded(
  usage: Usage,
  quota: Quota,
  { bytes, nowMs }: { readonly bytes: number; readonly nowMs: number },
): { readonly exceeded: LimitName; readonly retryAfterSeconds?: number } | undefined {
  const wait = (window: Window, rate: RateLimit, amount: number) =>
    Math.max(1, secondsUntilFits(window, rate, { amount, nowMs }) ?? RETRY_SECONDS);
  if (
    quota.uploads &&
    usedIn(usage.uploads, quota.uploads.windowSeconds, nowMs) + 1 > quota.uploads.limit
  ) {
    return { exceeded: "uploads", retryAfterSeconds: wait(usage.uploads, quota.uploads, 1) };
  }
  if (quota.pending !== undefined && usage.pending + 1 > quota.pending) {
    return { exceeded: "pending", retryAfterSeconds: RETRY_SECONDS };
  }
  const used = quota.bytes && usedIn(usage.bytes, quota.bytes.windowSeconds, nowMs);
  if (quota.bytes && used !== undefined && used + usage.reserved + bytes > quota.bytes.limit) {
    return {
      exceeded: "bytes",
      retryAfterSeconds: wait(usage.bytes, quota.bytes, bytes + usage.reserved),
    };
  }
  const { stored } = usage;
  if (quota.objects !== undefined && stored.objects + usage.pending + 1 > quota.objects)
    return { exceeded: "objects" };
  if (quota.stored !== undefined && stored.bytes + usage.reserved + bytes > quota.stored)
    return { exceeded: "stored" };
  return undefined;
}

/** Returns what remains of each limit. */
export function remainingOf(usage: Usage, quota: Quota, nowMs: number): RemainingQuota {
  const remaining = (
    window: Window,
    { limit, windowSeconds }: RateLimit,
    reserved: number,
  ): Remaining => ({
    limit,
    remaining: Math.max(0, limit - usedIn(window, windowSeconds, nowMs) - reserved),
    resetsIn: windowSeconds - Math.floor((nowMs / 1000) % windowSeconds),
  });
  return {
    ...(quota.uploads && { uploads: remaining(usage.uploads, quota.uploads, 0) }),
    ...(quota.bytes && { bytes: remaining(usage.bytes, quota.bytes, usage.reserved) }),
    ...(quota.pending !== undefined && {
      pending: left(quota.pending, usage.pending),
    }),
    ...(quota.objects !== undefined && {
      objects: left(quota.objects, usage.stored.objects + usage.pending),
    }),
    ...(quota.stored !== undefined && {
      stored: left(quota.stored, usage.stored.bytes + usage.reserved),
    }),
  };
}

function left(limit: number, used: number): Remaining {
  return { limit, remaining: Math.max(0, limit - used) };
}
