/** Which hosts, and pages of which origins, are answered: CORS. */
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { isLoopback } from "../loopback.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import type { BaseEnv } from "./base.ts";

const PREFLIGHT_SECONDS = 86_400;
const EXPOSED_HEADERS = [
  "location",
  "retry-after",
  "ratelimit",
  "ratelimit-policy",
  "x-request-id",
  "server-timing",
];

/** Refuses other hosts than the loopback ones: for development configurations. */
export const loopbackOnly = createMiddleware(async (c, next) => {
  if (isLoopback(new URL(c.req.url).hostname)) return next();
  const detail = "This is a development configuration: it answers on a loopback host only";
  throw new Problem("misconfigured", detail);
});

/**
 * Refuses pages of other origins, answers preflights, and adds CORS headers. Requests without an origin
 * pass: apps send none. A session is sent with credentials.
 */
export const checkOrigin = ({ config: { origins, anyPortOrigins }, hooks }: Service) => {
  const preflight = cors({
    origin: (origin) => origin,
    allowMethods: ["GET", "POST", "DELETE"],
    allowHeaders: ["authorization", "content-type", "idempotency-key"],
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
    credentials: hooks.authenticate !== undefined,
  });
  return createMiddleware<BaseEnv>(async (c, next) => {
    const origin = c.req.header("origin");
    if (origin === undefined) {
      // An image on another site's page has no origin, but may send the cookie of a proxy.
      if (c.req.header("sec-fetch-site") === "cross-site") throw originNotAllowed();
      return next();
    }
    if (!origins.has(origin) && !anyPortOrigins.has(origin.replace(/:\d{1,5}$/, ""))) {
      // No page can set this header: the browser says that the page is the service's own (Fetch Metadata).
      if (c.req.header("sec-fetch-site") !== "same-origin") throw originNotAllowed();
    }
    if (c.req.method === "OPTIONS") return preflight(c, next);
    c.set("commonHeaders", {
      ...c.get("commonHeaders"),
      "access-control-allow-origin": origin,
      "access-control-expose-headers": EXPOSED_HEADERS.join(","),
      ...(hooks.authenticate && { "access-control-allow-credentials": "true" }),
    });
    return next();
  });
};

function originNotAllowed(): Problem {
  const detail = "Add this page's origin to `origins` in presigner.config.ts";
  return new Problem("origin-not-allowed", detail);
}
