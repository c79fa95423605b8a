/** The routes of the Worker. */
import type { Hono } from "hono/tiny";
import { getPath } from "hono/utils/url";
import { digestOf } from "../config/digest.ts";
import type { ConfigurationError } from "../config/errors.ts";
import { lazy } from "../lazy.ts";
import { Problem } from "../problem.ts";
import type { Dependencies, Service } from "../service.ts";
import { VERSION } from "../version.ts";
import { adminRoutes, isAdminPath } from "./admin.ts";
import { refusePages } from "./admin-middleware.ts";
import { answerJson } from "./answer.ts";
import { createBaseApp, type BaseEnv, type Mount } from "./base.ts";
import { guideRoutes } from "./guide.ts";
import { checkOrigin, loopbackOnly } from "./origin.ts";
import { uppyRoutes } from "./uppy/routes.ts";
import { ticketRoutes } from "./v1-tickets.ts";
import { v1Routes } from "./v1.ts";

const FIVE_MINUTES = "public, max-age=300";

/** What most requests ask for. The other routes are made when the first of them is asked for. */
const TICKETS: ReadonlySet<string> = new Set([
  "POST /v1/uploads",
  "POST /v1/uploads/batch",
  "POST /v1/downloads",
  "GET /presigned-url",
]);

/** Answers all requests, wherever it is mounted. */
export type App = (request: Request, mount: Mount) => Response | Promise<Response>;

export function createApp(service: Service): App {
  const tickets = createTicketApp(service);
  const admin = service.config.adminIssuers.length > 0 && lazy(() => createAdminApp(service));
  let all: Hono<BaseEnv> | undefined;
  return (request, mount) => {
    if (TICKETS.has(`${request.method} ${mount.path}`)) return tickets.fetch(request, mount);
    if (admin && isAdminPath(mount.path)) return admin().fetch(request, mount);
    all ??= createFullApp(service);
    return all.fetch(request, mount);
  };
}

const NONE = {};

/** Returns the mount of an app that has its host for itself. */
export function atRoot(request: Request): Mount {
  return { path: normalizePath(getPath(request)), basePath: "", variables: NONE };
}

/** Uppy 6 adds a slash before `/s3` where its endpoint ends with one. */
export function normalizePath(path: string): string {
  return path.includes("//") ? path.replace(/^(\/uppy\/[^/]+)?\/{2,}(?=s3\/)/, "$1/") : path;
}

/** A router tries one route after the other: with few of them it is fast. */
function createTicketApp(service: Service): Hono<BaseEnv> {
  const app = createCheckedApp(service);
  app.route("/", ticketRoutes(service));
  app.route("/", guideRoutes(service));
  return app;
}

function createFullApp(service: Service): Hono<BaseEnv> {
  const app = createCheckedApp(service);
  const configuration = lazy(() => digestOf(service.config));
  app.get("/healthz", (c) =>
    answerJson(c, {
      status: "ok",
      version: VERSION,
      deployment: service.deployment,
      configuration: configuration(),
    }),
  );
  app.get("/.well-known/jwks.json", (c) =>
    answerJson(c, service.receipts.publicKeys(), 200, { "cache-control": FIVE_MINUTES }),
  );
  app.route("/", v1Routes(service));
  app.route("/", guideRoutes(service));
  const uppy = uppyRoutes(service);
  app.route("/s3", uppy);
  app.route("/uppy/:token/s3", uppy);
  return app;
}

/** Admin routes have no CORS: no page may call them. */
function createAdminApp(service: Service): Hono<BaseEnv> {
  const app = createBaseApp(service);
  if (service.config.isDevelopment) app.use(loopbackOnly);
  app.use(refusePages);
  app.route("/", adminRoutes(service));
  return app;
}

/** Returns an app that refuses pages of other origins. */
function createCheckedApp(service: Service): Hono<BaseEnv> {
  const app = createBaseApp(service);
  if (service.config.isDevelopment) app.use(loopbackOnly);
  app.use(checkOrigin(service));
  return app;
}

/** Returns an app that answers `misconfigured` to everything, and logs each error. */
export function createMisconfiguredApp(
  { errors }: ConfigurationError,
  dependencies: Dependencies & Pick<Service, "meter">,
): App {
  const { log } = dependencies;
  log("misconfigured", { errors });
  const app = createBaseApp(dependencies);
  app.all("*", () => {
    log("misconfigured", { errors });
    const detail = "The configuration has errors: the log of the service lists each one";
    throw new Problem("misconfigured", detail);
  });
  return (request, mount) => app.fetch(request, mount);
}
