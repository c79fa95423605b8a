/**
 * `GET /presigned-url`, for clients of the common guide: they read `uploadURL` and `key`, then PUT
 * with no header except Content-Type.
 */
import { Hono } from "hono/tiny";
import * as z from "zod/mini";
import { lazy } from "../lazy.ts";
import { createTicket } from "../operation/create.ts";
import type { Service } from "../service.ts";
import { answerJson } from "./answer.ts";
import type { BaseEnv } from "./base.ts";
import { contextOf, requireToken, withCaller } from "./middleware.ts";
import { contentTypeSchema, digitsSchema, filenameSchema, parseAs } from "./parse.ts";

/** The guide's client sends images of this type without naming it. */
const DEFAULT_TYPE = "image/jpeg";

export const guideQuery = lazy(() =>
  z.object({
    fileName: z.optional(filenameSchema()),
    fileType: z._default(contentTypeSchema(), DEFAULT_TYPE),
    fileSize: z.optional(digitsSchema()),
    policy: z.optional(z.string()),
  }),
);

/** Ignores unknown parameters. */
export function guideRoutes(service: Service): Hono<BaseEnv> {
  const app = new Hono<BaseEnv>();
  app.get("/presigned-url", withCaller(service, "upload"), async (c) => {
    requireToken(c.get("caller"));
    const { fileName, fileType, fileSize, policy } = parseAs(guideQuery(), c.req.query());
    const { admitted, ticket } = await createTicket(contextOf(c), {
      policy,
      filename: fileName,
      contentType: fileType,
      size: fileSize,
      isContentTypeOnly: true,
    });
    return answerJson(c, {
      uploadURL: ticket.url,
      key: admitted.key.text,
      headers: ticket.headers,
      ...(fileSize === undefined && { sizeEnforced: false }),
      expiresIn: ticket.expiresInSeconds,
    });
  });
  return app;
}
