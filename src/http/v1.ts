/** The service's own API, `/v1`: docs/protocol.md. */
import { Hono } from "hono/tiny";
import { abortUpload } from "../operation/abort.ts";
import { completeUploads } from "../operation/complete-batch.ts";
import { completeUpload } from "../operation/complete.ts";
import { findUpload, listUploads } from "../operation/list.ts";
import { removeObject } from "../operation/remove-object.ts";
import { listPolicies } from "../operation/policies.ts";
import type { Service } from "../service.ts";
import { answerJson } from "./answer.ts";
import type { BaseEnv } from "./base.ts";
import { limitBody, withCaller } from "./middleware.ts";
import { placeOf } from "./place.ts";
import { parseAs, readJson } from "./parse.ts";
import { countItems } from "./rate-limit.ts";
import { credentialRoutes } from "./v1-credentials.ts";
import { partRoutes } from "./v1-parts.ts";
import { completeRequest, listQuery, objectRequest, parseIds } from "./v1-request.ts";
import { completionAnswer, isUnfinished, recordAnswer } from "./v1-upload-response.ts";
import { completionsAnswer, policiesAnswer } from "./v1-results.ts";
import { ticketRoutes } from "./v1-tickets.ts";

export function v1Routes(service: Service): Hono<BaseEnv> {
  const app = new Hono<BaseEnv>();
  app.route("/", ticketRoutes(service));
  app.route("/", partRoutes(service));
  app.route("/", credentialRoutes(service));
  const uploader = withCaller(service, "upload");
  const completer = withCaller(service, "upload", "completions");
  const deleter = withCaller(service, "delete", "deletions");

  app.get("/v1/policies", withCaller(service, "any"), async (c) =>
    answerJson(c, policiesAnswer(await listPolicies(c.get("service"), c.get("caller")))),
  );

  app.get("/v1/uploads", withCaller(service, "list"), async (c) => {
    const query = parseAs(listQuery(), c.req.query());
    const { uploads, cursor } = await listUploads(c.get("service"), c.get("caller"), query);
    return answerJson(c, {
      uploads: uploads.map(recordAnswer),
      ...(cursor !== undefined && { cursor }),
    });
  });

  app.get("/v1/uploads/:id", uploader, async (c) =>
    answerJson(
      c,
      recordAnswer(await findUpload(c.get("service"), c.get("caller"), c.req.param("id"))),
    ),
  );

  // Above the route of a single upload, which would take "batch" for an id.
  app.post("/v1/uploads/batch/complete", completer, limitBody("batch"), async (c) => {
    const caller = c.get("caller");
    const ids = parseIds(await readJson(c.req.raw));
    const outcomes = await completeUploads(
      c.get("service"),
      caller,
      ids,
      countItems(service, caller, "completions"),
    );
    const request = { log: service.log, requestId: c.get("requestId") };
    return answerJson(c, completionsAnswer(ids, outcomes, request));
  });

  app.post("/v1/uploads/:id/complete", completer, limitBody("etags"), async (c) => {
    const id = c.req.param("id");
    const hasBody = c.req.header("content-type") !== undefined;
    const { etag, parts } = hasBody ? parseAs(completeRequest(), await readJson(c.req.raw)) : {};
    const completed = await completeUpload(c.get("service"), c.get("caller"), { id, etag, parts });
    const answer = completionAnswer(completed, id);
    if (!isUnfinished(completed)) return answerJson(c, answer);
    return answerJson(c, answer, 202, { "retry-after": String(completed.retryAfterSeconds) });
  });

  app.delete("/v1/uploads/:id", uploader, async (c) => {
    const isReserved = await abortUpload(c.get("service"), c.get("caller"), c.req.param("id"));
    return c.body(null, isReserved ? 202 : 204);
  });

  app.on("DELETE", "/v1/objects", deleter, limitBody(), async (c) => {
    const intent = parseAs(objectRequest(), await readJson(c.req.raw));
    await removeObject(c.get("service"), c.get("caller"), intent, placeOf(c.req.raw));
    return c.body(null, 204);
  });

  // Without a valid token nobody learns which paths exist. Keep it last: it also runs for routes below it.
  app.use("/v1/*", withCaller(service, "any"));
  return app;
}
