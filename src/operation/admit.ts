/** Grant + ObjectKey → Admitted: reserves the upload in the caller's ledger, where the policy has a quota. */
import type { Quota } from "../config/policy-schema.ts";
import type { Grant } from "../grant/authorize.ts";
import { lastArrivalMs, type UploadClaims } from "../grant/upload-claims.ts";
import type { ObjectKey } from "../key/make.ts";
import type { Ledger } from "../ledger/client.ts";
import type { RemainingQuota, Reservation, ReservationResult } from "../ledger/limits.ts";
import { Problem } from "../problem.ts";
import { quotaHeaders } from "./quota-headers.ts";

declare const admitted: unique symbol;

/** An upload that may be signed. Only `admit` and `admitAll` make one. */
export interface Admitted extends AllowedUpload {
  readonly [admitted]: true;
  /** What remains of each limit; `undefined` where the policy has no quota. */
  readonly remaining: RemainingQuota | undefined;
}

/** An upload before its quota is checked. */
export interface AllowedUpload {
  readonly grant: Grant;
  readonly key: ObjectKey;
  readonly claims: UploadClaims;
}

/** Called only where a policy has a quota. */
type Reserve = Ledger["reserve"];

/** Returns the upload, reserved. Throws `quota-exceeded`, and `ledger-unavailable` where no limit can be checked. */
export async function admit(upload: AllowedUpload, reserve: Reserve): Promise<Admitted> {
  const { quota } = upload.grant.policy;
  if (!quota) return brand(upload, undefined);
  const [result] = await reserve([toReservation(upload, quota)]);
  const decided = decide(upload, quota, result);
  if (decided instanceof Problem) throw decided;
  return decided;
}

/**
 * Does the same for each upload of a batch, in one round trip to the ledger. Each gets its own problem,
 * and a problem from before stays.
 */
export async function admitAll(
  uploads: readonly (AllowedUpload | Problem)[],
  reserve: Reserve,
): Promise<readonly (Admitted | Problem)[]> {
  const reservations = uploads.flatMap((one) => {
    const quota = one instanceof Problem ? undefined : one.grant.policy.quota;
    return one instanceof Problem || !quota ? [] : [toReservation(one, quota)];
  });
  const results = reservations.length > 0 ? await reserveAll(reserve, reservations) : [];
  let index = 0;
  return uploads.map((one) => {
    if (one instanceof Problem) return one;
    const { quota } = one.grant.policy;
    if (!quota) return brand(one, undefined);
    return results instanceof Problem ? results : decide(one, quota, results[index++]);
  });
}

function toReservation({ claims, grant }: AllowedUpload, quota: Quota): Reservation {
  // A multipart upload is due with its first tickets until the store has created it.
  const exp = claims.iat + grant.expiresInSeconds;
  return { claims, quota, bytes: grant.size ?? grant.maxBytes, dueAtMs: lastArrivalMs({ exp }) };
}

async function reserveAll(
  reserve: Reserve,
  reservations: readonly Reservation[],
): Promise<readonly ReservationResult[] | Problem> {
  try {
    return await reserve(reservations);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function decide(
  upload: AllowedUpload,
  quota: Quota,
  result: ReservationResult | undefined,
): Admitted | Problem {
  if (!result) throw new TypeError("Cannot admit the upload: the ledger returned no result for it");
  if (result.isAdmitted) return brand(upload, result.remaining);
  const { exceeded, retryAfterSeconds, remaining } = result;
  const detail = `Wait ${retryAfterSeconds} seconds: the quota of ${exceeded} is used up`;
  return new Problem("quota-exceeded", detail, {
    extras: {
      limit: remaining[exceeded]?.limit ?? 0,
      retryAfter: retryAfterSeconds,
      quota: remaining,
    },
    headers: { "retry-after": String(retryAfterSeconds), ...quotaHeaders(quota, remaining) },
  });
}

function brand(upload: AllowedUpload, remaining: RemainingQuota | undefined): Admitted {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return { ...upload, remaining } as Admitted;
}
