/** Grant + ObjectKey → Admitted: reserves the upload in the ledger of the quota's owner, where the policy has a quota. */
import type { Quota } from "../config/policy-schema.ts";
import type { QuotaOwner } from "../grant/quota-owner.ts";
import { lastArrivalMs } from "../grant/upload-claims.ts";
import type { RemainingQuota, Reservation, ReservationResult } from "../ledger/limits.ts";
import { Problem } from "../problem.ts";
import type { AllowedUpload } from "./allow.ts";
import { quotaHeaders } from "./quota-headers.ts";
import { identifyRequest, repeatUpload, type Repetition } from "./repeat.ts";

declare const admitted: unique symbol;

/** An upload that may be signed. Only `admit` and `admitAll` make one. */
export interface Admitted extends Omit<AllowedUpload, "grantIn"> {
  readonly [admitted]: true;
  /** What remains of each limit; `undefined` where the policy has no quota. */
  readonly remaining: RemainingQuota | undefined;
  /** When it is signed again, in seconds since 1970; `undefined` for a new upload. */
  readonly repeatedAtSeconds: number | undefined;
}

/** Called only where a policy has a quota, with the owner of that. */
export type Reserve = (
  owner: QuotaOwner,
  reservations: readonly Reservation[],
) => Promise<readonly ReservationResult[]>;

/**
 * Returns the upload, reserved. Throws `quota-exceeded`, `ledger-unavailable` where no limit can be checked,
 * and with an Idempotency-Key `idempotency-key-reused` and what `repeatUpload` throws.
 */
export async function admit(
  upload: AllowedUpload,
  reserve: Reserve,
  repetition?: Repetition,
): Promise<Admitted> {
  const { policy, quotaOwner } = upload.grant;
  const { quota } = policy;
  if (!quota) return brand(upload, undefined);
  const [result] = await reserve(quotaOwner, [toReservation(upload, { quota, repetition })]);
  return decide(upload, { quota, result, repetition });
}

/**
 * Does the same for each upload of a batch, in one round trip to each ledger. Each gets its own problem,
 * and a problem from before stays.
 */
export async function admitAll(
  uploads: readonly (AllowedUpload | Problem)[],
  reserve: Reserve,
  repetition?: Repetition,
): Promise<readonly (Admitted | Problem)[]> {
  const limited = uploads.flatMap((upload, position) => {
    if (upload instanceof Problem) return [];
    const { policy, quotaOwner: owner } = upload.grant;
    const { quota } = policy;
    if (!quota) return [];
    return [
      { position, owner, reservation: toReservation(upload, { quota, repetition, position }) },
    ];
  });
  const results = new Map<number, ReservationResult | Problem>();
  const byOwner = Map.groupBy(limited, ({ owner }) => owner.digest);
  await Promise.all(
    Array.from(byOwner, async ([digest, all]) => {
      const reservations = all.map(({ reservation }) => reservation);
      const answer = await reserveAll(reserve, { digest }, reservations);
      for (const [index, { position }] of all.entries()) {
        const result = answer instanceof Problem ? answer : answer[index];
        if (result) results.set(position, result);
      }
    }),
  );
  return uploads.map((one, position) => {
    if (one instanceof Problem) return one;
    const { quota } = one.grant.policy;
    if (!quota) return brand(one, undefined);
    const result = results.get(position);
    if (result instanceof Problem) return result;
    return orProblem(() => decide(one, { quota, result, repetition }));
  });
}

interface Demand {
  readonly quota: Quota;
  readonly repetition: Repetition | undefined;
  /** In a batch. */
  readonly position?: number;
}

function toReservation(
  upload: AllowedUpload,
  { quota, repetition, position }: Demand,
): Reservation {
  const { claims, grant } = upload;
  // A multipart upload is due with its first tickets until the store has created it.
  const exp = claims.iat + grant.expiresInSeconds;
  return {
    claims,
    quota,
    bytes: grant.size ?? grant.maxBytes,
    dueAtMs: lastArrivalMs({ exp }),
    ...(grant.quotaOwner !== grant.caller && { owner: grant.caller.digest }),
    ...(repetition && { request: identifyRequest(upload, repetition, position) }),
  };
}

async function reserveAll(
  reserve: Reserve,
  owner: QuotaOwner,
  reservations: readonly Reservation[],
): Promise<readonly ReservationResult[] | Problem> {
  try {
    return await reserve(owner, reservations);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

interface Decision extends Demand {
  readonly result: ReservationResult | undefined;
}

function decide(upload: AllowedUpload, { quota, result, repetition }: Decision): Admitted {
  if (!result) throw new TypeError("Cannot admit the upload: the ledger returned no result for it");
  if (result.isAdmitted) {
    const { earlier, remaining } = result;
    if (!earlier || !repetition) return brand(upload, remaining);
    const repeated = repeatUpload(upload, earlier, repetition);
    return brand(repeated, remaining, repeated.repeatedAtSeconds);
  }
  if ("isKeyReused" in result)
    throw new Problem(
      "idempotency-key-reused",
      "Use another Idempotency-Key: this one was sent with a request that asked for something else",
    );
  const { exceeded, retryAfterSeconds, remaining } = result;
  const canWait = retryAfterSeconds !== undefined;
  const advice = canWait ? `Wait ${retryAfterSeconds} seconds` : "Delete files that are stored";
  throw new Problem("quota-exceeded", `${advice}: the quota of ${exceeded} is used up`, {
    extras: {
      limit: remaining[exceeded]?.limit ?? 0,
      ...(canWait && { retryAfter: retryAfterSeconds }),
      quota: remaining,
    },
    headers: {
      ...(canWait && { "retry-after": String(retryAfterSeconds) }),
      ...quotaHeaders(quota, remaining),
    },
  });
}

function orProblem<T>(work: () => T): T | Problem {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function brand(
  { grant, key, claims }: Omit<AllowedUpload, "grantIn">,
  remaining: RemainingQuota | undefined,
  repeatedAtSeconds?: number,
): Admitted {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return { grant, key, claims, remaining, repeatedAtSeconds } as Admitted;
}
