/** The base app: every response has a request id and is not cached, and every error is a problem. */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import { Hono } from "hono/tiny";
import type { Target } from "../audit/act.ts";
import type { Admin } from "../grant/authenticate-admin.ts";
import type { Caller } from "../grant/authenticate.ts";
import type { Meter } from "../meter.ts";
import type { Observation } from "../observe/observation.ts";
import type { Ending, Observer } from "../observe/observer.ts";
import { Problem, problemResponse } from "../problem.ts";
import type { Dependencies, Service } from "../service.ts";
import { logError } from "./log-error.ts";

/** Where a request is answered. */
export interface Mount {
  /** The path of the request below `basePath`. */
  readonly path: string;
  /** What stands before every route: empty, or `/uploads` where another app has mounted this one. */
  readonly basePath: string;
  /** The variables of the outer app. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The variables of every request. */
export interface BaseEnv {
  Bindings: Mount;
  Variables: {
    requestId: string;
    /** Headers of the answer to this request, whatever it is. */
    commonHeaders: Readonly<Record<string, string>>;
    /** Of a request that somebody watches. */
    observation: Observation | undefined;
  };
}

/**
 * The variables of a request whose caller is authenticated. Only the middleware `withCaller` adds `caller`, and
 * the service that this request uses.
 */
export interface CallerEnv {
  Bindings: Mount;
  Variables: BaseEnv["Variables"] & { caller: Caller; service: Service };
}

/** The same of an admin: only the middleware `withAdmin` adds `admin`. */
export interface AdminEnv {
  Bindings: Mount;
  Variables: BaseEnv["Variables"] & {
    admin: Admin;
    service: Service;
    /** Whom the body names. */
    target: Target | undefined;
  };
}

const COMMON_HEADERS = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  // Also without an origin: a cache must not give that answer to a page, which needs CORS headers.
  vary: "Origin",
} as const;

interface BaseDependencies extends Pick<Dependencies, "log" | "now" | "newId"> {
  readonly observer?: Observer | undefined;
  readonly meter?: Meter | undefined;
}

/** Returns an app without routes. */
export function createBaseApp(dependencies: BaseDependencies): Hono<BaseEnv> {
  const { now, newId, observer } = dependencies;
  const app = new Hono<BaseEnv>({ getPath: (_, mount) => mount?.env?.path ?? "/" });
  app.use(
    createMiddleware<BaseEnv>(async (c, next) => {
      const startedAt = now();
      const requestId = newId();
      c.set("requestId", requestId);
      c.set("commonHeaders", { ...COMMON_HEADERS, "x-request-id": requestId });
      const observation = observer?.begin();
      if (observation) c.set("observation", observation);
      await next();
      const { headers } = c.res;
      if (!headers.has("x-request-id")) {
        for (const [name, value] of Object.entries({
          ...COMMON_HEADERS,
          ...c.get("commonHeaders"),
        }))
          if (!headers.has(name)) headers.set(name, value);
      }
      // The platform's clock advances only while the Worker waits: for a ledger, a store or an issuer.
      const durationMs = now() - startedAt;
      if (durationMs > 0) headers.set("server-timing", `app;dur=${durationMs}`);
      if (observation) observer?.end(observation, endingOf(c));
    }),
  );
  app.notFound((c) => {
    const detail = `There is no ${c.req.method} ${redactPath(c.env.basePath + c.req.path)}`;
    return refuse(c, new Problem("not-found", detail), dependencies);
  });
  app.onError((error, c) => refuse(c, error, dependencies));
  return app;
}

/** Hides long segments, which may be tokens. */
function redactPath(path: string): string {
  return path.replaceAll(/[^/]{41,}/g, "…");
}

function refuse(
  c: Context<BaseEnv>,
  error: Error,
  { log, meter }: Pick<BaseDependencies, "log" | "meter">,
): Response {
  const requestId = c.get("requestId");
  const problem = logError(error, { log, requestId });
  c.get("observation")?.endsWith(problem);
  meter?.({ kind: "refusal", outcome: problem.code, detail: routeOf(c) });
  return problemResponse(problem, requestId);
}

function endingOf(c: Context<BaseEnv>): Ending {
  c.get("observation")?.comesFrom(c.req.raw.cf?.["country"]);
  const [{ method }, { status }] = [c.req, c.res];
  return { requestId: c.get("requestId"), method, route: routeOf(c), status };
}

/** The first pattern without a wildcard is the route: all middleware of the whole app has one. */
function routeOf(c: Context<BaseEnv>): string {
  return matchedRoutes(c).find(({ path }) => !path.includes("*"))?.path ?? "none";
}
