import type { Quota } from "../config/policy-schema.ts";
import type { LimitName, RemainingQuota } from "../ledger/limits.ts";

const NAMES: readonly LimitName[] = ["uploads", "bytes", "pending", "objects", "stored"];

/**
 * Returns `RateLimit-Policy` and `RateLimit` for a quota: lists of strings with parameters
 * (draft-ietf-httpapi-ratelimit-headers-11).
 */
export function quotaHeaders(
  quota: Quota,
  remaining: RemainingQuota,
): Readonly<Record<string, string>> {
  const policies = [
    quota.uploads && `"uploads";q=${quota.uploads.limit};w=${quota.uploads.windowSeconds}`,
    quota.bytes &&
      `"bytes";q=${quota.bytes.limit};qu="content-bytes";w=${quota.bytes.windowSeconds}`,
    quota.pending !== undefined && `"pending";q=${quota.pending};qu="concurrent-requests"`,
    quota.objects !== undefined && `"objects";q=${quota.objects}`,
    quota.stored !== undefined && `"stored";q=${quota.stored};qu="content-bytes"`,
  ].filter(Boolean);
  if (policies.length === 0) return {};
  const states = NAMES.flatMap((name) => {
    const state = remaining[name];
    if (!state) return [];
    const reset = state.resetsIn === undefined ? "" : `;t=${state.resetsIn}`;
    return [`"${name}";r=${state.remaining}${reset}`];
  });
  return { "ratelimit-policy": policies.join(", "), ratelimit: states.join(", ") };
}
