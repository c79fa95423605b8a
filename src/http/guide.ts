/**
 * `GET /presigned-url`, for clients written to the guide that this service grew out of: they read
 * `uploadURL` and `key`, then PUT with no header but Content-Type.
 */
import { Hono } from "hono/tiny";
import * as z from "zod/mini";
import { askedBy, identify } from "./middleware.ts";
import { createUpload } from "../operation/create.ts";
import type { Service } from "../service.ts";
import type { Edge } from "./base.ts";
import { contentTypeSchema, digitsSchema, filenameSchema, parseAs } from "./parse.ts";

/** What the guide's client sends, where it does not say. */
const GUIDE_TYPE = "image/jpeg";

const querySchema = z.object({
  fileName: z.optional(filenameSchema),
  fileType: z._default(contentTypeSchema, GUIDE_TYPE),
  fileSize: z.optional(digitsSchema),
  policy: z.optional(z.string()),
});

/** Parameters that it does not know are passed over. */
export function guideRoutes(service: Service): Hono<Edge> {
  const app = new Hono<Edge>();
  app.get("/presigned-url", identify(service), async (c) => {
    const { fileName, fileType, fileSize, policy } = parseAs(querySchema, c.req.query());
    const intent = {
      policy,
      filename: fileName,
      contentType: fileType,
      size: fileSize,
      multipart: false,
      isContentTypeOnly: true,
    };
    const { admitted, issued } = await createUpload(askedBy(c, service), intent);
    if ("tickets" in issued) throw new TypeError("Cannot answer the guide: the upload is in parts");
    return c.json({
      uploadURL: issued.url,
      key: admitted.key.text,
      headers: issued.headers,
      ...(fileSize === undefined && { sizeEnforced: false }),
      expiresIn: issued.expiresInSeconds,
    });
  });
  return app;
}
