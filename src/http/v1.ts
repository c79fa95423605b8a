/** The service's own API, `/v1`: docs/protocol.md. */
import { Hono } from "hono/tiny";
import { abortUpload } from "../operation/abort.ts";
import { completeUpload } from "../operation/complete.ts";
import { createUpload, createUploads } from "../operation/create.ts";
import { findUpload, listUploads } from "../operation/list.ts";
import { createDownload, removeObject } from "../operation/object.ts";
import { quotaHeaders } from "../operation/quota-headers.ts";
import { Problem, problemBody } from "../problem.ts";
import type { Service } from "../service.ts";
import { answerJson } from "./answer.ts";
import type { BaseEnv } from "./base.ts";
import { contextOf, limitBody, placeOf, withCaller } from "./middleware.ts";
import { parseAs, readJson } from "./parse.ts";
import { countCaller } from "./rate-limit.ts";
import { partRoutes } from "./v1-parts.ts";
import {
  batchRequest,
  completeRequest,
  downloadRequest,
  listQuery,
  objectRequest,
  parseIntent,
} from "./v1-request.ts";
import { completedAnswer, downloadAnswer, recordAnswer, uploadAnswer } from "./v1-response.ts";

export function v1Routes(service: Service): Hono<BaseEnv> {
  const app = new Hono<BaseEnv>();
  app.route("/", partRoutes(service));
  const uploader = withCaller(service, "upload");
  const downloader = withCaller(service, "download", "downloads");
  const deleter = withCaller(service, "delete", "deletions");

  app.post("/v1/uploads", uploader, limitBody(), async (c) => {
    const intent = parseIntent(await readJson(c.req.raw));
    const upload = await createUpload(contextOf(c, service), intent);
    const { grant, remaining } = upload.admitted;
    const limits = grant.policy.quota && remaining && quotaHeaders(grant.policy.quota, remaining);
    const location = `/v1/uploads/${upload.id}`;
    return answerJson(c, uploadAnswer(upload), 201, { location, ...limits });
  });

  app.post("/v1/uploads/batch", uploader, limitBody("batch"), async (c) => {
    const { uploads } = parseAs(batchRequest, await readJson(c.req.raw));
    // Each upload counts as one request. `withCaller` has counted the first.
    const countAndParse = async (item: unknown, index: number) => {
      if (index > 0) await countCaller(service, c.get("caller"));
      return parseIntent(item);
    };
    const intents = uploads.map((item, index) => async () => countAndParse(item, index));
    const created = await createUploads(contextOf(c, service), intents);
    const results = created.map((upload) =>
      upload instanceof Problem
        ? { status: upload.status, problem: problemBody(upload, c.get("requestId")) }
        : { status: 201, upload: uploadAnswer(upload) },
    );
    return answerJson(c, { results });
  });

  app.get("/v1/uploads", withCaller(service, "list"), async (c) => {
    const query = parseAs(listQuery, c.req.query());
    const { uploads, cursor } = await listUploads(service, c.get("caller"), query);
    return answerJson(c, {
      uploads: uploads.map(recordAnswer),
      ...(cursor !== undefined && { cursor }),
    });
  });

  app.get("/v1/uploads/:id", uploader, async (c) =>
    answerJson(c, recordAnswer(await findUpload(service, c.get("caller"), c.req.param("id")))),
  );

  app.post("/v1/uploads/:id/complete", uploader, limitBody("etags"), async (c) => {
    const id = c.req.param("id");
    const hasBody = c.req.header("content-type") !== undefined;
    const { etag, parts } = hasBody ? parseAs(completeRequest, await readJson(c.req.raw)) : {};
    const completed = await completeUpload(service, c.get("caller"), { id, etag, parts });
    return answerJson(c, completedAnswer(completed, id));
  });

  app.delete("/v1/uploads/:id", uploader, async (c) => {
    const isReserved = await abortUpload(service, c.get("caller"), c.req.param("id"));
    return c.body(null, isReserved ? 202 : 204);
  });

  app.on("POST", "/v1/downloads", downloader, limitBody(), async (c) => {
    const intent = parseAs(downloadRequest, await readJson(c.req.raw));
    const place = placeOf(c.req.raw);
    return answerJson(
      c,
      downloadAnswer(await createDownload(service, c.get("caller"), intent, place)),
    );
  });

  app.on("DELETE", "/v1/objects", deleter, limitBody(), async (c) => {
    const intent = parseAs(objectRequest, await readJson(c.req.raw));
    await removeObject(service, c.get("caller"), intent, placeOf(c.req.raw));
    return c.body(null, 204);
  });

  // Without a valid token nobody learns which paths exist. Keep it last: it also runs for routes below it.
  app.use("/v1/*", withCaller(service, "any"));
  return app;
}
