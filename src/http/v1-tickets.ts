/** The routes of `/v1` that give tickets for files: docs/protocol.md. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type { UploadContext } from "../operation/allow.ts";
import { createUpload } from "../operation/create.ts";
import { createUploads } from "../operation/create-batch.ts";
import { createDownload } from "../operation/create-download.ts";
import { quotaHeaders } from "../operation/quota-headers.ts";
import { Problem, problemBody } from "../problem.ts";
import type { Service } from "../service.ts";
import { answerJson } from "./answer.ts";
import type { BaseEnv, CallerEnv } from "./base.ts";
import { readIdempotencyKey } from "./idempotency-key.ts";
import { contextOf, limitBody, withCaller } from "./middleware.ts";
import { placeOf } from "./place.ts";
import { parseAs, readJson } from "./parse.ts";
import { countItems } from "./rate-limit.ts";
import { batchRequest, downloadRequest, parseIntent } from "./v1-request.ts";
import { downloadAnswer, uploadAnswer } from "./v1-ticket-response.ts";

export function ticketRoutes(service: Service): Hono<BaseEnv> {
  const app = new Hono<BaseEnv>();
  const uploader = withCaller(service, "upload");
  const downloader = withCaller(service, "download", "downloads");

  app.post("/v1/uploads", uploader, limitBody(), async (c) => {
    const context = repeatableContextOf(c);
    const intent = parseIntent(await readJson(c.req.raw));
    const upload = await createUpload(context, intent);
    const { grant, remaining } = upload.admitted;
    const limits = grant.policy.quota && remaining && quotaHeaders(grant.policy.quota, remaining);
    const location = `${c.env.basePath}/v1/uploads/${upload.id}`;
    return answerJson(c, uploadAnswer(upload), 201, { location, ...limits });
  });

  app.post("/v1/uploads/batch", uploader, limitBody("batch"), async (c) => {
    const context = repeatableContextOf(c);
    const { uploads } = parseAs(batchRequest(), await readJson(c.req.raw));
    const countItem = countItems(service, c.get("caller"));
    const countAndParse = async (item: unknown, index: number) => {
      await countItem(index);
      return parseIntent(item);
    };
    const intents = uploads.map((item, index) => async () => countAndParse(item, index));
    const created = await createUploads(context, intents);
    const results = created.map((upload) =>
      upload instanceof Problem
        ? { status: upload.status, problem: problemBody(upload, c.get("requestId")) }
        : { status: 201, upload: uploadAnswer(upload) },
    );
    return answerJson(c, { results });
  });

  app.on("POST", "/v1/downloads", downloader, limitBody(), async (c) => {
    const intent = parseAs(downloadRequest(), await readJson(c.req.raw));
    const place = placeOf(c.req.raw);
    return answerJson(
      c,
      downloadAnswer(await createDownload(c.get("service"), c.get("caller"), intent, place)),
    );
  });
  return app;
}

/** Throws `bad-request` for an Idempotency-Key that is none. */
function repeatableContextOf(c: Context<CallerEnv>): UploadContext {
  const idempotencyKey = readIdempotencyKey(c.req.header("idempotency-key"));
  return { ...contextOf(c), idempotencyKey };
}
