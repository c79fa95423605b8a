/** What stands before the routes: origins, who asks, how often, and how much. */
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Config } from "../config/config.ts";
import { authenticate, type Caller } from "../grant/authenticate.ts";
import { addressKey, throttle } from "./rate-limit.ts";
import type { Asked, Occasion } from "../operation/create.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import type { Edge } from "./base.ts";

const PREFLIGHT_SECONDS = 86_400;
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;
const EXPOSED = [
  "location",
  "retry-after",
  "ratelimit",
  "ratelimit-policy",
  "x-request-id",
  "server-timing",
];

/** A development configuration serves nobody but the machine that it runs on. */
export const loopbackOnly = createMiddleware(async (c, next) => {
  if (LOOPBACK.test(new URL(c.req.url).hostname)) return next();
  const detail = "This is a development configuration: it answers on a loopback host only";
  throw new Problem("misconfigured", detail);
});

/** A page of another origin gets no answer at all; an app that is no browser sends no origin. */
export const refuseOtherOrigins = ({ origins, anyPortOrigins }: Config) =>
  createMiddleware(async (c, next) => {
    const origin = c.req.header("origin");
    // A page of another site that loads this as a picture sends no origin, and may send a proxy's cookie.
    if (origin === undefined && c.req.header("sec-fetch-site") === "cross-site") throw notAllowed();
    const isAllowed =
      origin === undefined ||
      origins.has(origin) ||
      anyPortOrigins.has(origin.replace(/:\d{1,5}$/, ""));
    if (isAllowed) return next();
    throw notAllowed();
  });

function notAllowed(): Problem {
  return new Problem(
    "origin-not-allowed",
    "Add this page's origin to `origins` in presigner.config.ts",
  );
}

const answerOrigin = cors({
  origin: (origin) => origin,
  allowMethods: ["GET", "POST", "DELETE"],
  allowHeaders: ["authorization", "content-type"],
  exposeHeaders: EXPOSED,
  maxAge: PREFLIGHT_SECONDS,
});

/** Preflights and headers for the origins that got this far; an app that is no browser needs none. */
export const answerCors = createMiddleware(async (c, next) =>
  c.req.header("origin") === undefined ? next() : answerOrigin(c, next),
);

/** What is counted apart from the rest, each with the caller's own rate. */
type Counted = "parts" | "downloads" | "deletions";

/** The caller, within the rates of the address and of the caller, before the body is read. */
export const identify = (service: Service, counted?: Counted) =>
  createMiddleware<Edge>(async (c, next) => {
    const { perAddress, perCaller, verifiers, log, now } = service;
    await throttle(perAddress, addressKey(c.req.header("cf-connecting-ip") ?? null), log);
    const caller = await authenticate(credentialsOf(c), verifiers, now());
    await throttle(perCaller, callerKey(caller, counted), log);
    c.set("caller", caller);
    await next();
  });

/** A client that can send no header has its token in the path: it is taken as if it were in Authorization. */
function credentialsOf(c: Context<Edge>): Headers {
  const token = c.req.param("token");
  if (token === undefined) return c.req.raw.headers;
  return new Headers({ authorization: `Bearer ${/^[\w.-]+$/.test(token) ? token : ""}` });
}

/** The name under which a caller is counted by the rate-limit binding. */
export function callerKey({ issuer, user }: Caller, counted?: Counted): string {
  return counted ? `${counted} ${issuer} ${user}` : `${issuer} ${user}`;
}

/** For requests that name many things, and for all others. */
const LIMITS = { batch: 64 * 1024, etags: 1024 * 1024, other: 16 * 1024 } as const;

export const limitBody = (kind: keyof typeof LIMITS = "other") =>
  bodyLimit({
    maxSize: LIMITS[kind],
    onError: () => {
      const detail = `The body may have at most ${LIMITS[kind]} bytes: send the file itself to the ticket's url`;
      throw new Problem("too-large", detail, { extras: { limit: LIMITS[kind] } });
    },
  });

/** Who asks, where, and of which service: what every ticket needs. */
export function askedBy(c: Context<Edge>, service: Service): Asked {
  return { service, caller: c.get("caller"), occasion: occasionOf(c.req.raw) };
}

export function occasionOf(request: Request): Occasion {
  const cf: Readonly<Record<string, unknown>> = request.cf ?? {};
  const region = {
    country: cf["country"],
    continent: cf["continent"],
    isInEU: cf["isEUCountry"] === "1",
  };
  return { requestOrigin: new URL(request.url).origin, region };
}
