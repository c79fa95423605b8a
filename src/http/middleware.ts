/** What runs before the handlers: the caller, and the size of the body. */
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { authenticate, hasToken, type Caller } from "../grant/authenticate.ts";
import { authenticateSession } from "../grant/session.ts";
import { requireAction, type Action } from "../grant/token-scope.ts";
import { describeBytes } from "../describe-bytes.ts";
import { SESSION_ISSUER } from "../config/session-issuer.ts";
import { runHook } from "../hook.ts";
import { refuseRevokedToken } from "../operation/refuse-revoked.ts";
import { observeService } from "../observe/observe-service.ts";
import type { UploadContext } from "../operation/allow.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import type { CallerEnv } from "./base.ts";
import { placeOf } from "./place.ts";
import { countAddress, countCaller, type RequestKind } from "./rate-limit.ts";

const AUTHENTICATE_MS = 5000;
/**
 * Authenticates the caller before the body is read, counts the request of the address and of the
 * caller, and checks that the token allows the action: "any" for a route that every token may use.
 * Handlers behind it, and no others, have `c.get("caller")`, and
 * the service that this request uses, `c.get("service")`.
 */
export function withCaller(service: Service, action: Action | "any", kind?: RequestKind) {
  const addedHeaders = service.config.issuers.flatMap(({ tokenHeader }) => tokenHeader ?? []);
  return createMiddleware<CallerEnv>(async (c, next) => {
    await countAddress(service, c.req.header("cf-connecting-ip"));
    const refreshed = service.revocations?.refresh();
    const headers = tokenHeaders(c);
    refuseUnknownPage(headers, addedHeaders);
    const caller =
      service.hooks.authenticate && !hasToken(headers, service.config.issuers)
        ? await findSession(c, service)
        : await authenticate(headers, service.verifiers, service.now());
    if (refreshed) await refreshed;
    const observation = c.get("observation");
    observation?.isBy(caller);
    refuseRevokedToken(service, caller);
    await countCaller(service, caller, kind);
    if (action !== "any") requireAction(caller, action);
    // Hono answers HEAD by running GET, and some of those create an upload.
    if (c.req.method === "HEAD") return c.notFound();
    c.set("caller", caller);
    c.set("service", observation ? observeService(service, observation) : service);
    return next();
  });
}

/**
 * Returns the caller whom the app's own session names. A browser may send it with any request, so that the
 * request must prove that it comes from an allowed page, or from one of this host.
 */
async function findSession(
  { req, env: { variables } }: Context<CallerEnv>,
  { hooks, now }: Service,
): Promise<Caller> {
  const { authenticate: hook } = hooks;
  if (req.header("origin") === undefined && req.header("sec-fetch-site") !== "same-origin") {
    const detail = "Send it from a page whose origin is in `origins`, or with its header Origin";
    throw new Problem("origin-not-allowed", detail);
  }
  // Without its body, which the hook must neither read nor use up.
  const { url, method, headers } = req.raw;
  const request = new Request(url, { method, headers });
  return authenticateSession(
    async () =>
      runHook("authenticate", AUTHENTICATE_MS, async () => hook?.(request, { variables })),
    now(),
  );
}

/**
 * Throws `forbidden` for a session, where GET creates an upload: a picture on one of the app's own pages
 * would create one.
 */
export function requireToken({ issuer }: Caller): void {
  if (issuer !== SESSION_ISSUER) return;
  throw new Problem("forbidden", "Create uploads with POST: with a session, GET creates none");
}

/**
 * Refuses a request without an origin that comes from a page, if its token is in a header that a proxy
 * adds by itself: a picture on a neighbouring host's page would spend its viewer's quota. Only the
 * service's own pages send none to it (Fetch Metadata: `Sec-Fetch-Site`). Programs send neither.
 */
function refuseUnknownPage(headers: Headers, addedHeaders: readonly string[]): void {
  if (addedHeaders.length === 0 || headers.has("authorization") || headers.has("origin")) return;
  const site = headers.get("sec-fetch-site") ?? "same-origin";
  if (site === "same-origin" || !addedHeaders.some((name) => headers.has(name))) return;
  const detail = "Send it with fetch() and mode cors from a page whose origin is in `origins`";
  throw new Problem("origin-not-allowed", detail);
}

/** A client that cannot send headers has its token in the path: it is read as if it were in Authorization. */
function tokenHeaders(c: Context): Headers {
  const token = c.req.param("token");
  if (token === undefined) return c.req.raw.headers;
  return new Headers({ authorization: `Bearer ${/^[\w.-]+$/.test(token) ? token : ""}` });
}

const MAX_BODY_BYTES = { batch: 64 * 1024, etags: 1024 * 1024, other: 16 * 1024 } as const;

/** Refuses longer bodies: `batch` for many uploads, `etags` for the ETags of many parts. */
export const limitBody = (kind: keyof typeof MAX_BODY_BYTES = "other") => {
  const limit = MAX_BODY_BYTES[kind];
  const limitStream = bodyLimit({
    maxSize: limit,
    onError: () => {
      const detail = `The body may have at most ${describeBytes(limit)}: send the file itself to the ticket's url`;
      throw new Problem("too-large", detail, { extras: { limit } });
    },
  });
  return createMiddleware(async (c, next) => {
    // A declared length is what arrives. To look at the body itself makes a stream of it.
    const length = c.req.header("content-length");
    const isDeclared = length !== undefined && c.req.header("transfer-encoding") === undefined;
    return isDeclared && Number(length) <= limit ? next() : limitStream(c, next);
  });
};

/** Returns who creates uploads, where, and with which service. */
export function contextOf(c: Context<CallerEnv>): UploadContext {
  return { service: c.get("service"), caller: c.get("caller"), place: placeOf(c.req.raw) };
}
