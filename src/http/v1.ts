/** The service's own API, `/v1`: JSON in the words of docs/protocol.md. */
import { Hono } from "hono/tiny";
import * as z from "zod/mini";
import { askedBy, callerKey, identify, limitBody, occasionOf } from "./middleware.ts";
import { quotaHeaders } from "../operation/admit.ts";
import { throttle } from "./rate-limit.ts";
import { STATUSES } from "../ledger/record.ts";
import { abortUpload } from "../operation/abort.ts";
import { completeUpload } from "../operation/complete.ts";
import { bucketOf } from "../operation/cleanup.ts";
import { createDownload, removeObject } from "../operation/object.ts";
import { findUpload, listUploads } from "../operation/list.ts";
import { createUpload, createUploads } from "../operation/create.ts";
import { Problem, problemBody } from "../problem.ts";
import type { Service } from "../service.ts";
import type { Edge } from "./base.ts";
import { partRoutes } from "./v1-parts.ts";
import { presentCompleted, presentDownload, presentRecord, presentUpload } from "./v1-response.ts";
import { filenameSchema, parseAs, readJson } from "./parse.ts";
import { readIntent } from "./v1-request.ts";

const batchRequest = z.strictObject({
  uploads: z.array(z.unknown()).check(z.minLength(1), z.maxLength(25)),
});
const completeRequest = z.strictObject({
  etag: z.optional(z.string().check(z.maxLength(256))),
  parts: z.optional(
    z
      .array(
        z.strictObject({
          partNumber: z.int().check(z.minimum(1), z.maximum(10_000)),
          etag: z.string().check(z.minLength(1), z.maxLength(256)),
        }),
      )
      .check(z.minLength(1), z.maxLength(10_000)),
  ),
});
const listQuery = z.object({
  status: z.optional(z.enum(STATUSES)),
  cursor: z.optional(z.string()),
});
const objectRequest = z.strictObject({
  policy: z.optional(z.string()),
  key: z.string().check(z.minLength(1)),
});
const downloadRequest = z.strictObject({
  policy: z.optional(z.string()),
  key: z.string().check(z.minLength(1)),
  method: z._default(z.enum(["GET", "HEAD"]), "GET"),
  disposition: z._default(z.enum(["attachment", "inline"]), "attachment"),
  filename: z.optional(
    filenameSchema.check(
      z.regex(/^[^\p{Cc}\p{Cf}\p{Cs}]+$/u, "must not contain control characters"),
    ),
  ),
});

export function restRoutes(service: Service): Hono<Edge> {
  const app = new Hono<Edge>();
  app.route("/", partRoutes(service));
  app.on("POST", "/v1/downloads", identify(service, "downloads"), limitBody(), async (c) => {
    const intent = parseAs(downloadRequest, await readJson(c.req.raw));
    return c.json(
      presentDownload(
        await createDownload(service, c.get("caller"), intent, occasionOf(c.req.raw)),
      ),
    );
  });
  app.on("DELETE", "/v1/objects", identify(service, "deletions"), limitBody(), async (c) => {
    const intent = parseAs(objectRequest, await readJson(c.req.raw));
    await removeObject(service, c.get("caller"), intent, occasionOf(c.req.raw));
    return c.body(null, 204);
  });

  app.use("/v1/*", identify(service));
  app.post("/v1/uploads", limitBody(), async (c) => {
    const upload = await createUpload(askedBy(c, service), readIntent(await readJson(c.req.raw)));
    const { grant, standing } = upload.admitted;
    const id = await service.uploadIds.seal(upload.claims);
    const limits = grant.policy.quota && standing && quotaHeaders(grant.policy.quota, standing);
    return c.json(presentUpload(upload, id), 201, { location: `/v1/uploads/${id}`, ...limits });
  });

  app.post("/v1/uploads/batch", limitBody("batch"), async (c) => {
    const { uploads } = parseAs(batchRequest, await readJson(c.req.raw));
    // Each counts as one request; the first one was counted when the caller was.
    const countAndRead = async (item: unknown, index: number) => {
      if (index > 0) await throttle(service.perCaller, callerKey(c.get("caller")), service.log);
      return readIntent(item);
    };
    const intents = uploads.map((item, index) => async () => countAndRead(item, index));
    const answers = await createUploads(askedBy(c, service), intents);
    const results = await Promise.all(
      answers.map(async (answer) =>
        answer instanceof Problem
          ? { status: answer.status, problem: problemBody(answer, c.get("requestId")) }
          : {
              status: 201,
              upload: presentUpload(answer, await service.uploadIds.seal(answer.claims)),
            },
      ),
    );
    return c.json({ results });
  });

  app.get("/v1/uploads", async (c) => {
    const query = parseAs(listQuery, c.req.query());
    const { uploads, cursor } = await listUploads(service, c.get("caller"), query);
    const listed = await Promise.all(
      uploads.map(async (record) =>
        presentRecord(record, await service.uploadIds.seal(record.claims)),
      ),
    );
    return c.json({ uploads: listed, ...(cursor !== undefined && { cursor }) });
  });

  app.get("/v1/uploads/:id", async (c) => {
    const id = c.req.param("id");
    return c.json(presentRecord(await findUpload(service, c.get("caller"), id), id));
  });

  app.post("/v1/uploads/:id/complete", limitBody("etags"), async (c) => {
    const id = c.req.param("id");
    const hasBody = c.req.header("content-type") !== undefined;
    const { etag, parts } = hasBody ? parseAs(completeRequest, await readJson(c.req.raw)) : {};
    const completed = await completeUpload(service, c.get("caller"), { id, etag, parts });
    const { claims, verified } = completed;
    const bucket = bucketOf(service, claims);
    const receipt = await service.receipts.sign(claims, { bucket, ...verified }, service.now());
    return c.json(presentCompleted(completed, id, receipt));
  });

  app.delete("/v1/uploads/:id", async (c) => {
    await abortUpload(service, c.get("caller"), c.req.param("id"));
    return c.body(null, 204);
  });
  return app;
}
