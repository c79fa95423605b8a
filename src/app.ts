/** The HTTP edge: routes, CORS, limits of size and rate, and every error as a problem. */
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { version } from "../package.json";
import type { Config } from "./config/config.ts";
import { presentToGuide, readGuideIntent } from "./dialect/presigned-url.ts";
import { presentUpload, readIntent } from "./dialect/rest.ts";
import { authenticate, type Caller } from "./grant/authenticate.ts";
import { addressKey, throttle } from "./grant/throttle.ts";
import type { Log } from "./log.ts";
import { createUpload, type Occasion } from "./operation/upload.ts";
import { Problem, problemResponse } from "./problem.ts";
import type { Service } from "./service.ts";

interface Edge {
  Variables: { requestId: string; caller: Caller };
}

const MAX_BODY_BYTES = 16 * 1024;
const PREFLIGHT_SECONDS = 86_400;
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** The Worker's routes over one service. */
export function createApp(service: Service): Hono<Edge> {
  const { config } = service;
  const app = createShell(service);
  if (config.isDevelopment) app.use(loopbackOnly);
  app.use(
    createMiddleware(async (c, next) => refuseOrigin(config, c.req.header("origin")) ?? next()),
  );
  app.use(
    cors({
      origin: (origin) => origin,
      allowMethods: ["GET", "POST"],
      allowHeaders: ["authorization", "content-type"],
      exposeHeaders: [
        "location",
        "retry-after",
        "ratelimit",
        "ratelimit-policy",
        "x-request-id",
        "server-timing",
      ],
      maxAge: PREFLIGHT_SECONDS,
    }),
  );

  app.get("/healthz", (c) => c.json({ status: "ok", version }));

  const identify = createMiddleware<Edge>(async (c, next) => {
    await throttle(
      service.perAddress,
      addressKey(c.req.header("cf-connecting-ip") ?? null),
      service.log,
    );
    const caller = await authenticate(c.req.raw.headers, service.verifiers, service.now());
    await throttle(service.perCaller, `${caller.issuer} ${caller.user}`, service.log);
    c.set("caller", caller);
    await next();
  });
  const limitBody = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      const detail = `The body may have at most ${MAX_BODY_BYTES} bytes: send the file itself to the ticket's url`;
      throw new Problem("too-large", detail, { extras: { limit: MAX_BODY_BYTES } });
    },
  });

  app.post("/v1/uploads", identify, limitBody, async (c) => {
    const upload = await createUpload(
      service,
      c.get("caller"),
      await readIntent(c.req.raw),
      occasionOf(c.req.raw),
    );
    const id = await service.sealUpload(upload);
    return c.json(presentUpload(upload, id), 201, { location: `/v1/uploads/${id}` });
  });

  app.get("/presigned-url", identify, async (c) => {
    const intent = readGuideIntent(new URL(c.req.url).searchParams);
    return c.json(
      presentToGuide(await createUpload(service, c.get("caller"), intent, occasionOf(c.req.raw))),
    );
  });
  return app;
}

/** What every answer has: an id, no caching, and a problem for whatever goes wrong. */
export function createShell({
  log,
  now,
  newId,
}: Pick<Service, "log" | "now" | "newId">): Hono<Edge> {
  const app = new Hono<Edge>();
  app.use(
    createMiddleware<Edge>(async (c, next) => {
      const startedAt = now();
      const requestId = newId();
      c.set("requestId", requestId);
      await next();
      c.res.headers.set("x-request-id", requestId);
      c.res.headers.set("cache-control", "no-store");
      c.res.headers.set("referrer-policy", "no-referrer");
      c.res.headers.set("x-content-type-options", "nosniff");
      c.res.headers.set("server-timing", `app;dur=${now() - startedAt}`);
    }),
  );
  app.notFound((c) =>
    refuse(c, new Problem("not-found", `There is no ${c.req.method} ${c.req.path}`), log),
  );
  app.onError((error, c) => refuse(c, error, log));
  return app;
}

function refuse(c: Context<Edge>, error: Error, log: Log): Response {
  const requestId = c.get("requestId");
  if (error instanceof Problem) {
    log("refused", { code: error.code, requestId, reason: reasonOf(error.cause) });
    return problemResponse(error, requestId);
  }
  log("failed", { requestId, reason: reasonOf(error) });
  return problemResponse(
    new Problem("internal", "The service failed: its log has the reason, under requestId"),
    requestId,
  );
}

/** An error's name and code, and the message of our own errors: a library's may quote its input. */
function reasonOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const code = "code" in cause ? ` ${String(cause.code)}` : "";
  const isOwn =
    cause.constructor === Error ||
    cause.constructor === TypeError ||
    cause.name === "KeysUnavailable";
  return isOwn ? `${cause.name}: ${cause.message}` : cause.name + code;
}

const loopbackOnly = createMiddleware(async (c, next) => {
  if (LOOPBACK.test(new URL(c.req.url).hostname)) return next();
  throw new Problem(
    "misconfigured",
    "This is a development configuration: it answers on a loopback host only",
  );
});

function refuseOrigin({ origins, anyPortOrigins }: Config, origin: string | undefined): undefined {
  if (
    origin === undefined ||
    origins.has(origin) ||
    anyPortOrigins.has(origin.replace(/:\d{1,5}$/, ""))
  )
    return;
  throw new Problem(
    "origin-not-allowed",
    "Add this page's origin to `origins` in presigner.config.ts",
  );
}

function occasionOf(request: Request): Occasion {
  const cf: Readonly<Record<string, unknown>> = { ...request.cf };
  const region = {
    country: cf["country"],
    continent: cf["continent"],
    isInEU: cf["isEUCountry"] === "1",
  };
  return { requestOrigin: new URL(request.url).origin, region };
}
