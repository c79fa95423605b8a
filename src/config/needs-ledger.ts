import type { Config } from "./config.ts";

/** Returns what needs a ledger; `undefined` where nothing does. */
export function needsLedger({
  policies,
  revocations,
}: Pick<Config, "policies" | "revocations">): string | undefined {
  const limited = [...policies.values()].find(({ quota }) => quota);
  if (limited)
    return `the policy "${limited.name}" has a ${limited.quarantine ? "quarantine" : "quota"}`;
  return revocations ? "revocations are kept there" : undefined;
}
