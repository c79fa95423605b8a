/** The HTTP edge: which route is answered by what. */
import type { Hono } from "hono/tiny";
import { version } from "../../package.json";
import { guideRoutes } from "./guide.ts";
import { restRoutes } from "./v1.ts";
import { uppyRoutes } from "./uppy/routes.ts";
import { answerCors, loopbackOnly, refuseOtherOrigins } from "./middleware.ts";
import type { Service } from "../service.ts";
import { createShell, type Edge } from "./base.ts";

const FIVE_MINUTES = "public, max-age=300";

/** The Worker's routes over one service. */
export function createApp(service: Service): Hono<Edge> {
  const app = createShell(service);
  if (service.config.isDevelopment) app.use(loopbackOnly);
  app.use(refuseOtherOrigins(service.config));
  app.use(answerCors);

  app.get("/healthz", (c) => c.json({ status: "ok", version, deployment: service.deployment }));
  app.get("/.well-known/jwks.json", (c) =>
    c.json(service.receipts.publicKeys(), 200, { "cache-control": FIVE_MINUTES }),
  );
  app.route("/", restRoutes(service));
  app.route("/", guideRoutes(service));
  const uppy = uppyRoutes(service);
  app.route("/s3", uppy);
  app.route("/uppy/:token/s3", uppy);
  return app;
}
