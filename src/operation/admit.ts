/** Grant + ObjectKey → Admitted: within the exact limits, where the policy has any. */
import type { Quota } from "../config/config.ts";
import type { Answer, LimitName, Reservation, Standing } from "../ledger/limits.ts";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";
import type { Grant } from "../grant/authorize.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { ObjectKey } from "../key/make.ts";

declare const admitted: unique symbol;

/** What may be signed. Only `admit` makes one. */
export interface Admitted {
  readonly [admitted]: true;
  readonly grant: Grant;
  readonly key: ObjectKey;
  readonly claims: UploadClaims;
  /** What remains of each limit; `undefined` where the policy has no ledger. */
  readonly standing: Standing | undefined;
}

/** What is to be admitted. */
export interface Admission {
  readonly grant: Grant;
  readonly key: ObjectKey;
  readonly claims: UploadClaims;
}

interface Limits {
  /** The ledger of the caller: asked only where a policy has a quota. */
  readonly ledger: {
    readonly reserve: (reservations: readonly Reservation[]) => Promise<readonly Answer[]>;
  };
  readonly log: Log;
}

/**
 * A store checks a signature when the request starts: a slow PUT may end long after its ticket. So
 * the ledger looks for it this much later.
 */
export const GRACE_SECONDS = 15 * 60;
const RETRY_SECONDS = 5;

/**
 * Each admitted, or `quota-exceeded`, or `ledger-unavailable` where its limits cannot be checked; a
 * problem from before stays what it is. One round trip to the ledger, or none.
 */
export async function admit(
  admissions: readonly (Admission | Problem)[],
  limits: Limits,
): Promise<readonly (Admitted | Problem)[]> {
  const reservations = new Map(
    admissions.flatMap((one) => {
      const reservation = one instanceof Problem ? undefined : toReservation(one);
      return reservation ? [[one, reservation] as const] : [];
    }),
  );
  const answers = reservations.size > 0 ? await ask([...reservations.values()], limits) : [];
  const answered = new Map(
    [...reservations.keys()].map((one, index) => [
      one,
      answers instanceof Problem ? answers : answers[index],
    ]),
  );
  return admissions.map((one) => {
    if (one instanceof Problem) return one;
    const { quota } = one.grant.policy;
    if (!quota) return brand({ ...one, standing: undefined });
    const answer = answered.get(one) ?? ledgerUnavailable("The ledger gave no answer");
    if (answer instanceof Problem) return answer;
    return answer.isAdmitted
      ? brand({ ...one, standing: answer.standing })
      : exceeded(quota, answer);
  });
}

function toReservation({ claims, grant }: Admission): Reservation | undefined {
  const { quota } = grant.policy;
  // Parts are due with their first tickets until the store has named the upload: nothing is there yet.
  const dueAtMs = (claims.iat + grant.expiresInSeconds + GRACE_SECONDS) * 1000;
  return quota && { claims, quota, bytes: grant.size ?? grant.maxBytes, dueAtMs };
}

async function ask(
  reservations: readonly Reservation[],
  { ledger, log }: Limits,
): Promise<readonly Answer[] | Problem> {
  try {
    return await ledger.reserve(reservations);
  } catch (cause) {
    log("ledger-failed", { reason: cause instanceof Error ? cause.message : String(cause) });
    return ledgerUnavailable(cause);
  }
}

function exceeded(quota: Quota, answer: Answer & { readonly isAdmitted: false }): Problem {
  const { exceeded: name, retryAfterSeconds, standing } = answer;
  const detail = `Wait ${retryAfterSeconds} seconds: the quota of ${name} is used up`;
  return new Problem("quota-exceeded", detail, {
    extras: { limit: standing[name]?.limit ?? 0, retryAfter: retryAfterSeconds, quota: standing },
    headers: { "retry-after": String(retryAfterSeconds), ...quotaHeaders(quota, standing) },
  });
}

/** draft-ietf-httpapi-ratelimit-headers-11: lists of strings with parameters. */
export function quotaHeaders(quota: Quota, standing: Standing): Readonly<Record<string, string>> {
  const policies = [
    quota.uploads && `"uploads";q=${quota.uploads.limit};w=${quota.uploads.windowSeconds}`,
    quota.bytes &&
      `"bytes";q=${quota.bytes.limit};qu="content-bytes";w=${quota.bytes.windowSeconds}`,
    quota.pending !== undefined && `"pending";q=${quota.pending};qu="concurrent-requests"`,
  ].filter(Boolean);
  if (policies.length === 0) return {};
  const names: readonly LimitName[] = ["uploads", "bytes", "pending"];
  const states = names.flatMap((name) => {
    const state = standing[name];
    if (!state) return [];
    return [
      `"${name}";r=${state.remaining}${state.resetsIn === undefined ? "" : `;t=${state.resetsIn}`}`,
    ];
  });
  return { "ratelimit-policy": policies.join(", "), ratelimit: states.join(", ") };
}

/** The ledger cannot be reached: what needs exact limits is refused, nothing else is. */
export function ledgerUnavailable(cause: unknown): Problem {
  return new Problem(
    "ledger-unavailable",
    `Try again in ${RETRY_SECONDS} seconds: the quota cannot be checked now`,
    {
      extras: { retryAfter: RETRY_SECONDS },
      headers: { "retry-after": String(RETRY_SECONDS) },
      cause,
    },
  );
}

function brand(value: Omit<Admitted, typeof admitted>): Admitted {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return value as Admitted;
}
