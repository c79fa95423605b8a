/**
 * The routes for the S3 clients of Uppy 4, 5 and 6 (docs/protocol.md): the operations of `/v1` with
 * Uppy's names. Uppy's `uploadId` is the upload's sealed id, and not the store's id.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod/mini";
import { lazy } from "../../lazy.ts";
import type { Policy } from "../../config/config.ts";
import { findPolicy } from "../../grant/authorize.ts";
import { MAX_SIGNED_PARTS } from "../../grant/parts.ts";
import { abortUpload } from "../../operation/abort.ts";
import { completeUpload } from "../../operation/complete.ts";
import { findProgress, signParts } from "../../operation/multipart.ts";
import type { PartTicket } from "../../operation/ticket.ts";
import { Problem } from "../../problem.ts";
import type { Service } from "../../service.ts";
import { answerJson } from "../answer.ts";
import type { BaseEnv, CallerEnv } from "../base.ts";
import { statusOf } from "../v1-upload-response.ts";
import { contextOf, limitBody, requireToken, withCaller } from "../middleware.ts";
import { parseAs, readJson } from "../parse.ts";
import { createUppyForm, createUppyMultipart, createUppySinglePart } from "./create.ts";
import { findOwnUpload, namedPartsSchema, parseUppyUpload, queryAsBody } from "./request.ts";
import {
  completedAnswer,
  formAnswer,
  partAnswer,
  partListAnswer,
  singlePartAnswer,
} from "./response.ts";
import { signRequestRoutes } from "./sign-request.ts";

const partNumberSchema = lazy(() =>
  z.pipe(
    z.string().check(z.regex(/^([1-9]\d{0,3}|10000)$/, "must be a whole number from 1 to 10000")),
    z.transform(Number),
  ),
);
export const uppyCompleteRequest = lazy(() => z.object({ parts: namedPartsSchema() }));

/** Below `/s3` with a token in Authorization, and below `/uppy/{token}/s3`, as version 6 can send no header. */
export function uppyRoutes(service: Service): Hono<BaseEnv> {
  const app = new Hono<BaseEnv>();
  const uploader = withCaller(service, "upload");
  const partUploader = withCaller(service, "upload", "parts");

  app.get("/params", uploader, async (c) => {
    requireToken(c.get("caller"));
    const upload = parseUppyUpload(queryAsBody(c.req.query()));
    const context = contextOf(c);
    // Versions 4 and 5 ask for JSON, and send a PUT. Version 6 sends a form alone.
    if (c.req.header("accept")?.includes("application/json"))
      return answerJson(c, singlePartAnswer(await createUppySinglePart(context, upload)));
    requirePostForm(findPolicy(service.config, context.caller, upload.policy));
    return answerJson(c, formAnswer(await createUppyForm(context, upload)));
  });

  app.post("/multipart", uploader, limitBody(), async (c) => {
    const upload = parseUppyUpload(await readJson(c.req.raw));
    const { id, admitted } = await createUppyMultipart(contextOf(c), upload);
    const { key, grant } = admitted;
    return answerJson(c, { key: key.text, uploadId: id, bucket: grant.store.bucket });
  });

  app.get("/multipart/:uploadId/batch", partUploader, async (c) => {
    const texts = (c.req.query("partNumbers") ?? "").split(",", MAX_SIGNED_PARTS + 1);
    const schema = z.array(partNumberSchema()).check(z.maxLength(MAX_SIGNED_PARTS));
    const tickets = await signOwnParts(c, parseAs(schema, texts));
    const urls = tickets.map(({ partNumber, url }) => [partNumber, url] as const);
    return answerJson(c, { presignedUrls: Object.fromEntries(urls) });
  });

  app.get("/multipart/:uploadId/:partNumber", partUploader, async (c) => {
    const schema = z.object({ partNumber: partNumberSchema() });
    const { partNumber } = parseAs(schema, c.req.param());
    const tickets = await signOwnParts(c, [partNumber]);
    return answerJson(c, tickets.map(partAnswer)[0]);
  });

  app.get("/multipart/:uploadId", partUploader, async (c) => {
    const { id } = await findOwnUpload(c);
    return answerJson(c, partListAnswer(await findProgress(c.get("service"), c.get("caller"), id)));
  });

  app.post("/multipart/:uploadId/complete", uploader, limitBody("etags"), async (c) => {
    const { id } = await findOwnUpload(c);
    const { parts } = parseAs(uppyCompleteRequest(), await readJson(c.req.raw));
    const completed = await completeUpload(c.get("service"), c.get("caller"), { id, parts });
    return answerJson(c, completedAnswer(completed), statusOf(completed));
  });

  app.delete("/multipart/:uploadId", uploader, async (c) => {
    const { id } = await findOwnUpload(c);
    await abortUpload(c.get("service"), c.get("caller"), id);
    return answerJson(c, {});
  });

  app.route("/", signRequestRoutes(service));
  return app;
}

function requirePostForm({ name, postForm }: Policy): void {
  if (postForm) return;
  const detail = `Set shouldUseMultipart to true, or use signRequest: Uppy 6 sends a single file as a form, and the policy "${name}" has no postForm: true`;
  throw new Problem("invalid-request", detail);
}

async function signOwnParts(
  c: Context<CallerEnv>,
  partNumbers: readonly number[],
): Promise<readonly PartTicket[]> {
  const { id } = await findOwnUpload(c);
  const intents = partNumbers.map((partNumber) => ({ partNumber }));
  return signParts(c.get("service"), c.get("caller"), id, intents);
}
