/** What a token allows less of than its user may: the same for tickets, records and objects. */
import type { Caller } from "./authenticate.ts";

/** What is reached for: an upload, or an object whose size nobody tells. */
interface Reached {
  readonly policy: string;
  readonly key: string;
  readonly size?: number | undefined;
}

/** Whether the token is for this policy, and this key: the key itself, or one under its prefix. */
export function isWithinNarrowing({ narrowing }: Caller, { policy, key, size }: Reached): boolean {
  const { policies, key: claimed, maxBytes } = narrowing;
  if (maxBytes !== undefined && size !== undefined && size > maxBytes) return false;
  if (policies && !policies.includes(policy)) return false;
  return (
    claimed === undefined || key === claimed || (claimed.endsWith("/") && key.startsWith(claimed))
  );
}
