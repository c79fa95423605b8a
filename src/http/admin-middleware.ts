/** What runs before the handlers of `/v1/admin`: no pages, and admins alone. */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import type { Target } from "../audit/act.ts";
import { authenticateAdmin } from "../grant/authenticate-admin.ts";
import { observeService } from "../observe/observe-service.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import type { AdminEnv } from "./base.ts";
import { countAddress, countCaller } from "./rate-limit.ts";

/** Enough to find an admin again. Signatures are as long as the whole digest, and logs have none. */
const DIGEST_CHARACTERS = 32;

/**
 * Refuses pages, also those of allowed origins and preflights: an admin token has no place in a browser.
 * Browsers send at least one of the two headers (Fetch Standard, Fetch Metadata), programs neither.
 */
export const refusePages = createMiddleware(async ({ req }, next) => {
  if (req.header("origin") === undefined && req.header("sec-fetch-site") === undefined)
    return next();
  throw new Problem("origin-not-allowed", "Ask from a program: admin routes are not for pages");
});

/** Returns whom or what the path or the query names. */
function targetOf({ req }: Context): Target {
  const { issuer, key, id } = req.query();
  const { user, message } = req.param();
  return { user, issuer, key, id, message };
}

/**
 * Authenticates the admin before the body is read, counts the request of the address and of the admin, and
 * logs it. Handlers behind it, and no others, have `c.get("admin")`, and the service that this request uses.
 */
export function withAdmin(service: Service) {
  return createMiddleware<AdminEnv>(async (c, next) => {
    await countAddress(service, c.req.header("cf-connecting-ip"));
    const admin = await authenticateAdmin(c.req.raw.headers, service, service.now());
    const observation = c.get("observation");
    observation?.isBy(admin);
    await countCaller(service, admin, "admin");
    // The pattern of the route: the path may name a user or a key.
    service.log("admin-called", {
      requestId: c.get("requestId"),
      method: c.req.method,
      route: routePath(c),
      admin: admin.digest.slice(0, DIGEST_CHARACTERS),
    });
    if (c.req.method === "HEAD") return c.notFound();
    c.set("admin", admin);
    c.set("service", observation ? observeService(service, observation) : service);
    if (!observation) return next();
    await next();
    observation.records({ type: "admin.called", target: c.get("target") ?? targetOf(c) });
    return undefined;
  });
}
