/** The first tier of limits: the rate-limit binding, which damps floods for each Cloudflare location. */
import type { RateLimit as Limit } from "../config/units.ts";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";

/** Workers' rate-limit binding (developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit). */
export interface RateLimitBinding {
  readonly limit: (options: { readonly key: string }) => Promise<{ readonly success: boolean }>;
}

export interface Limiter {
  readonly name: "address" | "caller";
  readonly binding: RateLimitBinding | undefined;
  readonly limit: Limit;
}

/** Throws `rate-limited`. A binding that fails lets the request pass, and the log says so. */
export async function throttle(
  { name, binding, limit }: Limiter,
  key: string,
  log: Log,
): Promise<void> {
  if (await isWithinLimit(binding, key, log)) return;
  const { windowSeconds } = limit;
  throw new Problem(
    "rate-limited",
    `Wait up to ${windowSeconds} seconds: at most ${limit.limit} requests in that time`,
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

async function isWithinLimit(
  binding: RateLimitBinding | undefined,
  key: string,
  log: Log,
): Promise<boolean> {
  try {
    if (!binding) throw new Error("The binding is missing in wrangler.toml");
    return (await binding.limit({ key })).success;
  } catch (error) {
    log("rate-limit-failed", { reason: String(error) });
    return true;
  }
}

/** An address as one party: IPv6 by its first 64 bits, which is what one customer has (RFC 6177). */
export function addressKey(address: string | null): string {
  if (address === null) return "unknown";
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
