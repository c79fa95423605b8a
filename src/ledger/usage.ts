/** What an owner has used of the limits of one policy, and how an admin corrects it. */
import type { Quota } from "../config/policy-schema.ts";
import {
  CORRECTABLE,
  type Corrected,
  type Correction,
  type PolicyUsage,
  type UsedAmounts,
} from "./administer.ts";
import { remainingOf, type LimitedPolicy, type Usage } from "./limits.ts";
import { readUsage, setWindow } from "./reserve.ts";
import { setStored } from "./stored.ts";
import { usedIn } from "./window.ts";

export function readPolicyUsage(
  sql: SqlStorage,
  { policy, quota }: LimitedPolicy,
  nowMs: number,
): PolicyUsage {
  return policyUsageOf(readUsage(sql, policy, quota, nowMs), { policy, quota }, nowMs);
}

export function policyUsageOf(
  usage: Usage,
  { policy, quota }: LimitedPolicy,
  nowMs: number,
): PolicyUsage {
  return { policy, used: usedOf(usage, quota, nowMs), remaining: remainingOf(usage, quota, nowMs) };
}

function usedOf(
  { uploads, bytes, pending, reserved, stored }: Usage,
  quota: Quota,
  nowMs: number,
): UsedAmounts {
  return {
    ...(quota.uploads && { uploads: usedIn(uploads, quota.uploads.windowSeconds, nowMs) }),
    ...(quota.bytes && { bytes: usedIn(bytes, quota.bytes.windowSeconds, nowMs) }),
    ...(quota.objects !== undefined && { objects: stored.objects, stored: stored.bytes }),
    pending,
    reserved,
  };
}

/** Sets what is used, unless it is not what was expected. Runs in a transaction. */
export function correct(
  sql: SqlStorage,
  { policy, quota, used, expected }: Correction,
  nowMs: number,
): Corrected {
  const before = readPolicyUsage(sql, { policy, quota }, nowMs);
  const isExpected = CORRECTABLE.every(
    (name) => expected[name] === undefined || expected[name] === before.used[name],
  );
  if (!isExpected) return { isChanged: false, before, after: before };
  for (const counter of ["uploads", "bytes"] as const) {
    const seconds = quota[counter]?.windowSeconds;
    const amount = used[counter];
    if (seconds !== undefined && amount !== undefined)
      setWindow(sql, { policy, counter, seconds, amount }, nowMs);
  }
  if (used.objects !== undefined || used.stored !== undefined)
    setStored(sql, policy, { objects: used.objects, bytes: used.stored });
  return { isChanged: true, before, after: readPolicyUsage(sql, { policy, quota }, nowMs) };
}
