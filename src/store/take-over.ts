/** Lets a fast presigner replace its reference implementation where the two agree. */
import type { Log } from "../log.ts";

/** The origin of each request is checked apart: stores differ in nothing else that a URL parser could change. */
interface Request {
  readonly origin: string;
}

const MAX_ORIGINS = 8;

/**
 * Returns a presigner that uses the reference for the first request of each origin, and the fast one
 * afterwards if it returned the same URL. The fast one returns `undefined` for what it does not sign.
 */
export function takeOver<R extends Request>(
  reference: (request: R) => Promise<string>,
  fast: (request: R) => string | undefined,
  log: Log,
): (request: R) => Promise<string> {
  const isEqual = new Map<string, boolean>();
  return async (request) => {
    const known = isEqual.get(request.origin);
    const url = known === false ? undefined : fast(request);
    if (url === undefined) return reference(request);
    if (known) return url;
    const expected = await reference(request);
    // The embedded store has the origin of the request, which may be any.
    if (isEqual.size >= MAX_ORIGINS) isEqual.clear();
    isEqual.set(request.origin, url === expected);
    if (url !== expected) log("presigner-differs", {});
    return expected;
  };
}
