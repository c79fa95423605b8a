/** `/v1/admin`, for tokens of admin issuers: docs/admin.md. No GET changes anything. */
import { Hono } from "hono/tiny";
import { checkReady } from "../admin/check-ready.ts";
import { revoke } from "../operation/revoke.ts";
import type { Service } from "../service.ts";
import { revocationAnswer } from "./admin-answer.ts";
import { withAdmin } from "./admin-middleware.ts";
import { revocationRequest } from "./admin-request.ts";
import { answerJson } from "./answer.ts";
import { readyAnswer } from "./admin-user-response.ts";
import { adminUserRoutes } from "./admin-users.ts";
import type { BaseEnv } from "./base.ts";
import { limitBody } from "./middleware.ts";
import { parseAs, readJson } from "./parse.ts";
import { placeOf } from "./place.ts";

const ROOT = "/v1/admin";
const READY = "/readyz";

/** Returns whether a path is one of an admin route, or below where they are. */
export function isAdminPath(path: string): boolean {
  return path === READY || path === ROOT || path.startsWith(`${ROOT}/`);
}

/** Each route is behind `withAdmin`, which logs its pattern. */
export function adminRoutes(service: Service): Hono<BaseEnv> {
  const app = new Hono<BaseEnv>();
  const admin = withAdmin(service);

  app.post(`${ROOT}/revocations`, admin, limitBody(), async (c) => {
    const hasBody = c.req.header("content-type") !== undefined;
    const body = hasBody ? await readJson(c.req.raw) : {};
    const { before, ...subject } = parseAs(revocationRequest(), body);
    c.set("target", subject);
    const beforeMs = before === undefined ? undefined : Date.parse(before);
    const report = await revoke(c.get("service"), { ...subject, beforeMs }, placeOf(c.req.raw));
    return answerJson(c, revocationAnswer(report), 201);
  });

  app.route(ROOT, adminUserRoutes(service, admin));

  app.get(READY, admin, async (c) => {
    const checks = await checkReady(c.get("service"), placeOf(c.req.raw).requestOrigin);
    return answerJson(c, readyAnswer(checks), checks.every(({ code }) => !code) ? 200 : 503);
  });

  // Without an admin's token nobody learns which paths exist. Keep it last: it also runs for routes below it.
  app.use(`${ROOT}/*`, admin);
  return app;
}
