/** What every answer has: an id, no caching, and a problem for whatever goes wrong. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { createMiddleware } from "hono/factory";
import { getPath } from "hono/utils/url";
import type { Caller } from "../grant/authenticate.ts";
import type { Log } from "../log.ts";
import { Problem, problemResponse } from "../problem.ts";
import type { World } from "../service.ts";

/** What a request carries from one handler to the next. */
export interface Edge {
  Variables: { requestId: string; caller: Caller };
}

export function createShell({ log, now, newId }: Pick<World, "log" | "now" | "newId">): Hono<Edge> {
  const app = new Hono<Edge>({ getPath: pathOf });
  app.use(
    createMiddleware<Edge>(async (c, next) => {
      const startedAt = now();
      const requestId = newId();
      c.set("requestId", requestId);
      await next();
      const { headers } = c.res;
      headers.set("x-request-id", requestId);
      if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
      headers.set("referrer-policy", "no-referrer");
      headers.set("x-content-type-options", "nosniff");
      headers.set("server-timing", `app;dur=${now() - startedAt}`);
    }),
  );
  app.notFound((c) =>
    refuse(c, new Problem("not-found", `There is no ${c.req.method} ${tell(c.req.path)}`), log),
  );
  app.onError((error, c) => refuse(c, error, log));
  return app;
}

/** Uppy 6 puts a slash too many before `/s3`, where its address ends with one. */
function pathOf(request: Request): string {
  return getPath(request).replace(/^(\/uppy\/[^/]+)?\/{2,}(?=s3\/)/, "$1/");
}

/** A path that can be shown: a segment as long as a token may be one, wherever it stands. */
function tell(path: string): string {
  return path.replaceAll(/[^/]{41,}/g, "…");
}

function refuse(c: Context<Edge>, error: Error, log: Log): Response {
  const requestId = c.get("requestId");
  if (error instanceof Problem) {
    log("refused", { code: error.code, requestId, reason: reasonOf(error.cause) });
    return problemResponse(error, requestId);
  }
  log("failed", { requestId, reason: reasonOf(error) });
  const detail = "The service failed: its log has the reason, under requestId";
  return problemResponse(new Problem("internal", detail), requestId);
}

/** The messages of these are our own, and hold no input; of another error only name and code are told. */
const OWN = new Set(["Error", "TypeError", "KeysUnavailable", "StoreUnavailable"]);

function reasonOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  if (OWN.has(cause.name)) return `${cause.name}: ${cause.message}`;
  // A bundler shortens the names of classes; a code stays.
  return "code" in cause ? String(cause.code) : cause.name;
}
