/** `/v1/uploads/{id}/parts`: tickets for parts, and the parts that have arrived. Counted apart from other requests. */
import { Hono } from "hono/tiny";
import { findProgress, signParts } from "../operation/multipart.ts";
import type { Service } from "../service.ts";
import { answerJson } from "./answer.ts";
import type { BaseEnv } from "./base.ts";
import { limitBody, withCaller } from "./middleware.ts";
import { readJson } from "./parse.ts";
import { parsePartIntents } from "./v1-request.ts";
import { partAnswer } from "./v1-ticket-response.ts";
import { progressAnswer } from "./v1-upload-response.ts";

export function partRoutes(service: Service): Hono<BaseEnv> {
  const app = new Hono<BaseEnv>();
  const path = "/v1/uploads/:id/parts";
  const uploader = withCaller(service, "upload", "parts");

  app.on("POST", path, uploader, limitBody(), async (c) => {
    const intents = parsePartIntents(await readJson(c.req.raw));
    const tickets = await signParts(c.get("service"), c.get("caller"), c.req.param("id"), intents);
    return answerJson(c, { parts: tickets.map(partAnswer) });
  });

  app.on("GET", path, uploader, async (c) =>
    answerJson(
      c,
      progressAnswer(await findProgress(c.get("service"), c.get("caller"), c.req.param("id"))),
    ),
  );
  return app;
}
