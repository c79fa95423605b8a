/** Counts requests with Workers' rate-limit bindings, which limit floods in each Cloudflare location. */
import { describeError, type Log } from "../log.ts";
import { Problem } from "../problem.ts";
import type { RateLimiter, Service } from "../service.ts";
import type { Owner } from "../grant/owner.ts";

/** Requests with a count of their own. All others share one. */
export type RequestKind =
  | "parts"
  | "completions"
  | "downloads"
  | "deletions"
  | "credentials"
  | "admin";

/** A caller, or an admin. */
type Party = Pick<Owner, "issuer" | "user">;

/** Counts a request of an address. Throws `rate-limited`. */
export function countAddress(
  { perAddress, log }: Service,
  address: string | undefined,
): Promise<void> {
  return count(perAddress, addressKey(address), log);
}

/** Counts a request of a caller. Throws `rate-limited`. */
export function countCaller(
  { perCaller, log }: Service,
  { issuer, user }: Party,
  kind?: RequestKind,
): Promise<void> {
  return count(perCaller, kind ? `${kind} ${issuer} ${user}` : `${issuer} ${user}`, log);
}

/** So many items of a batch count as one request: as many as are completed at once. */
const ITEMS_PER_REQUEST = 5;

/**
 * Returns what counts the items of a batch, by their places in it: every five as one request. The request itself
 * was counted as the first. Where one is refused, so are its five.
 */
export function countItems(
  service: Service,
  caller: Party,
  kind?: RequestKind,
): (index: number) => Promise<void> {
  const counted: Promise<void>[] = [Promise.resolve()];
  return async (index) => {
    const place = Math.floor(index / ITEMS_PER_REQUEST);
    counted[place] ??= countCaller(service, caller, kind);
    await counted[place];
  };
}

async function count({ name, binding, limit }: RateLimiter, key: string, log: Log): Promise<void> {
  if (await isWithinLimit(binding, key, log)) return;
  const { windowSeconds } = limit;
  throw new Problem(
    "rate-limited",
    `Wait up to ${windowSeconds} seconds: at most ${limit.limit} requests are allowed in that time`,
    {
      extras: { limit: limit.limit, retryAfter: windowSeconds },
      headers: {
        "retry-after": String(windowSeconds),
        // draft-ietf-httpapi-ratelimit-headers-11: lists of strings with parameters.
        "ratelimit-policy": `"${name}";q=${limit.limit};w=${windowSeconds}`,
        ratelimit: `"${name}";r=0;t=${windowSeconds}`,
      },
    },
  );
}

/** A binding that is missing or fails lets the request pass. The log says so: of a missing one once per isolate. */
async function isWithinLimit(
  binding: RateLimiter["binding"],
  key: string,
  log: Log,
): Promise<boolean> {
  if (!binding) return true;
  try {
    return (await binding.limit({ key })).success;
  } catch (error) {
    log("rate-limit-failed", { reason: describeError(error) });
    return true;
  }
}

/** Returns an address as one party: IPv6 by its first 64 bits, which one customer has (RFC 6177). */
export function addressKey(address = "unknown"): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = (tail ?? "").split(":").filter(Boolean);
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: gap }, () => "0"), ...right];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
