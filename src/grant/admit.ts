/** Grant + ObjectKey → Admitted: within the exact limits, where the policy has any. */
import type { Quota } from "../config/config.ts";
import type { LedgerApi } from "../ledger/ledger.ts";
import type { Answer, LimitName, Standing } from "../ledger/reserve.ts";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";
import type { Grant } from "./authorize.ts";
import type { UploadClaims } from "./claims.ts";
import type { ObjectKey } from "./key.ts";

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

interface Admission {
  readonly grant: Grant;
  readonly key: ObjectKey;
  readonly claims: UploadClaims;
}

interface Limits {
  /** The ledger of the caller: asked for only where the policy has a quota. */
  readonly ledger: () => LedgerApi;
  readonly log: Log;
}

/**
 * A store checks a signature when the request starts: a slow PUT may end long after its ticket. So
 * the ledger looks for it this much later.
 */
export const GRACE_SECONDS = 15 * 60;
const RETRY_SECONDS = 5;

/** Throws `quota-exceeded`, and `ledger-unavailable` where the limits cannot be checked. */
export async function admit(admission: Admission, { ledger, log }: Limits): Promise<Admitted> {
  const { quota } = admission.grant.policy;
  if (!quota) return brand({ ...admission, standing: undefined });
  const answer = await ask(ledger, admission, quota, log);
  if (answer.isAdmitted) return brand({ ...admission, standing: answer.standing });
  const { exceeded, retryAfterSeconds, standing } = answer;
  throw new Problem(
    "quota-exceeded",
    `Wait ${retryAfterSeconds} seconds: the quota of ${exceeded} is used up`,
    {
      extras: {
        limit: standing[exceeded]?.limit ?? 0,
        retryAfter: retryAfterSeconds,
        quota: standing,
      },
      headers: { "retry-after": String(retryAfterSeconds), ...quotaHeaders(quota, standing) },
    },
  );
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

async function ask(
  ledger: () => LedgerApi,
  { claims, grant }: Admission,
  quota: Quota,
  log: Log,
): Promise<Answer> {
  try {
    const dueAtMs = (claims.exp + GRACE_SECONDS) * 1000;
    const [answer] = await ledger().reserve([
      { claims, quota, bytes: grant.size ?? grant.maxBytes, dueAtMs },
    ]);
    if (answer) return answer;
    throw new Error("The ledger gave no answer");
  } catch (cause) {
    log("ledger-failed", { reason: cause instanceof Error ? cause.message : String(cause) });
    throw ledgerUnavailable(cause);
  }
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
