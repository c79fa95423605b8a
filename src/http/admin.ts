/** `/v1/admin`, for tokens of admin issuers: docs/admin.md. No GET changes anything. */
import { Hono } from "hono/tiny";
import type { Service } from "../service.ts";
import { withAdmin } from "./admin-middleware.ts";
import type { BaseEnv } from "./base.ts";

const ROOT = "/v1/admin";

/** Returns whether a path is one of an admin route, or below where they are. */
export function isAdminPath(path: string): boolean {
  return path === ROOT || path.startsWith(`${ROOT}/`);
}

/** Each route is behind `withAdmin`, which logs its pattern. */
export function adminRoutes(service: Service): Hono<BaseEnv> {
  const app = new Hono<BaseEnv>();
  const admin = withAdmin(service);

  // Without an admin's token nobody learns which paths exist. Keep it last: it also runs for routes below it.
  app.use(`${ROOT}/*`, admin);
  return app;
}
