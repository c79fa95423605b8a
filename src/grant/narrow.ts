/** What a token allows less of than its user may: the same for tickets, records and objects. */
import type { Caller } from "./authenticate.ts";

/** Whether the token is for this policy, and this key: the key itself, or one under its prefix. */
export function isWithinNarrowing(
  { narrowing }: Caller,
  { policy, key }: { readonly policy: string; readonly key: string },
): boolean {
  const { policies, key: claimed } = narrowing;
  if (policies && !policies.includes(policy)) return false;
  return (
    claimed === undefined || key === claimed || (claimed.endsWith("/") && key.startsWith(claimed))
  );
}
