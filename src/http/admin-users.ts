/** What admins ask about users and objects, and change of them. */
import { Hono } from "hono/tiny";
import { deleteUser } from "../admin/delete-user.ts";
import { findById, findByKey } from "../admin/find-object.ts";
import { listUserUploads } from "../admin/list-uploads.ts";
import { sendMessageAgain } from "../admin/send-again.ts";
import { correctUserQuota, readUserQuota } from "../admin/user-quota.ts";
import { DIRECTORY } from "../ledger/administer.ts";
import { invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import type { withAdmin } from "./admin-middleware.ts";
import { objectQuery, parseQuotaChange, parseUser, userListQuery } from "./admin-user-request.ts";
import {
  deletionAnswer,
  foundObjectAnswer,
  stuckAnswer,
  userUploadsAnswer,
} from "./admin-user-response.ts";
import { answerJson } from "./answer.ts";
import type { BaseEnv } from "./base.ts";
import { limitBody } from "./middleware.ts";
import { parseAs, readJson } from "./parse.ts";
import { placeOf } from "./place.ts";

/** The routes below "/v1/admin". */
export function adminUserRoutes(
  service: Service,
  admin: ReturnType<typeof withAdmin>,
): Hono<BaseEnv> {
  const app = new Hono<BaseEnv>();

  app.get("/users/:user/uploads", admin, async (c) => {
    const query = c.req.query();
    const user = parseUser(service, c.req.param("user"), query);
    const page = parseAs(userListQuery(), query);
    return answerJson(c, userUploadsAnswer(await listUserUploads(c.get("service"), user, page)));
  });

  app.get("/users/:user/quota", admin, async (c) => {
    const user = parseUser(service, c.req.param("user"), c.req.query());
    return answerJson(c, await readUserQuota(c.get("service"), user));
  });

  app.on("PATCH", "/users/:user/quota", admin, limitBody(), async (c) => {
    const user = parseUser(service, c.req.param("user"), c.req.query());
    const change = parseQuotaChange(await readJson(c.req.raw));
    const { before, after } = await correctUserQuota(c.get("service"), user, change);
    return answerJson(c, { before, after });
  });

  app.post("/users/:user/outbox/:message/retry", admin, async (c) => {
    const user = parseUser(service, c.req.param("user"), c.req.query());
    await sendMessageAgain(c.get("service"), user, c.req.param("message"));
    return c.body(null, 202);
  });

  app.delete("/users/:user", admin, async (c) => {
    const user = parseUser(service, c.req.param("user"), c.req.query());
    const report = await deleteUser(c.get("service"), user, placeOf(c.req.raw));
    return answerJson(c, deletionAnswer(report), report.isDone ? 200 : 202);
  });

  app.get("/uploads", admin, async (c) => {
    const { key, id } = parseAs(objectQuery(), c.req.query());
    const { requestOrigin } = placeOf(c.req.raw);
    if (key !== undefined && id === undefined)
      return answerJson(
        c,
        foundObjectAnswer(await findByKey(c.get("service"), key, requestOrigin)),
      );
    if (id !== undefined && key === undefined)
      return answerJson(c, foundObjectAnswer(await findById(c.get("service"), id, requestOrigin)));
    throw invalidRequest({ pointer: "/key", detail: "is required, or id in its place" });
  });
  app.get("/stuck", admin, async (c) =>
    answerJson(c, stuckAnswer(await c.get("service").ledgerOf({ digest: DIRECTORY }).readStuck())),
  );

  return app;
}
