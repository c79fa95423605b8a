/** The service's own API, `/v1`: JSON in the words of docs/protocol.md. */
import { Hono } from "hono";
import * as z from "zod/mini";
import { identify, limitBody, occasionOf } from "../edge.ts";
import { quotaHeaders } from "../grant/admit.ts";
import { STATUSES } from "../ledger/record.ts";
import { abortUpload } from "../operation/abort.ts";
import { completeUpload } from "../operation/complete.ts";
import { bucketOf } from "../operation/inspect.ts";
import { findUpload, listUploads } from "../operation/records.ts";
import { createUpload } from "../operation/upload.ts";
import type { Service } from "../service.ts";
import type { Edge } from "../shell.ts";
import { checksumSchema } from "../store/checksum.ts";
import { presentCompleted, presentRecord, presentTicket } from "./present.ts";
import { contentTypeSchema, filenameSchema, parseAs, readJson } from "./read.ts";

/** A record drops a `__proto__` of its own without a word, so that one is refused first. */
const metadataSchema = z.pipe(
  z.unknown().check(
    z.refine((value) => !(value instanceof Object && Object.hasOwn(value, "__proto__")), {
      path: ["__proto__"],
      error: "is not allowed",
    }),
  ),
  z.record(z.string(), z.string()),
);

const uploadRequest = z.strictObject({
  policy: z.optional(z.string()),
  filename: z.optional(filenameSchema),
  contentType: contentTypeSchema,
  size: z.optional(z.int().check(z.nonnegative())),
  checksum: z.optional(checksumSchema),
  metadata: z.optional(metadataSchema),
  multipart: z.optional(z.literal(false, "must be false: a ticket is for one PUT")),
});

const completeRequest = z.strictObject({ etag: z.optional(z.string().check(z.maxLength(256))) });

const listQuery = z.object({
  status: z.optional(z.enum(STATUSES)),
  cursor: z.optional(z.string()),
});

export function restRoutes(service: Service): Hono<Edge> {
  const app = new Hono<Edge>();
  app.use("/v1/*", identify(service), limitBody);

  app.post("/v1/uploads", async (c) => {
    const { multipart: _, ...intent } = parseAs(uploadRequest, await readJson(c.req.raw));
    const upload = await createUpload(service, c.get("caller"), intent, occasionOf(c.req.raw));
    const { claims, grant, standing } = upload.admitted;
    const id = await service.uploadIds.seal(claims);
    const limits = grant.policy.quota && standing && quotaHeaders(grant.policy.quota, standing);
    return c.json(presentTicket(upload, id), 201, { location: `/v1/uploads/${id}`, ...limits });
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

  app.post("/v1/uploads/:id/complete", async (c) => {
    const id = c.req.param("id");
    const hasBody = c.req.header("content-type") !== undefined;
    const { etag } = hasBody ? parseAs(completeRequest, await readJson(c.req.raw)) : {};
    const completed = await completeUpload(service, c.get("caller"), { id, etag });
    const { claims, verified, completedAtMs } = completed;
    const bucket = bucketOf(service, claims);
    const receipt = await service.receipts.sign(claims, { bucket, ...verified }, completedAtMs);
    return c.json(presentCompleted(completed, id, receipt));
  });

  app.delete("/v1/uploads/:id", async (c) => {
    await abortUpload(service, c.get("caller"), c.req.param("id"));
    return c.body(null, 204);
  });
  return app;
}
