/**
 * What the S3 clients of Uppy 4, 5 and 6 speak, docs/protocol.md: the operations of `/v1` in their words.
 * The `uploadId` that they get is the upload's sealed id, and not the store's name for it.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod/mini";
import { askedBy, identify, limitBody } from "../middleware.ts";
import { WINDOW } from "../../grant/parts.ts";
import { abortUpload } from "../../operation/abort.ts";
import { completeUpload } from "../../operation/complete.ts";
import { findProgress, signParts } from "../../operation/multipart.ts";
import { Problem } from "../../problem.ts";
import type { Service } from "../../service.ts";
import type { Edge } from "../base.ts";
import { parseAs, readJson } from "../parse.ts";
import { createForUppy } from "./create.ts";
import { presentCompleted, presentList, presentPart, presentSingle } from "./response.ts";
import { namedPartsSchema, ownUpload, queriedUpload, readUppyUpload } from "./request.ts";
import { signRequestRoutes } from "./sign-request.ts";

const partNumberSchema = z.pipe(
  z.string().check(z.regex(/^([1-9]\d{0,3}|10000)$/, "must be a whole number from 1 to 10000")),
  z.transform(Number),
);
const partQuery = z.object({ partNumber: partNumberSchema });
const completeRequest = z.object({ parts: namedPartsSchema });

/** Below `/s3` with a token in Authorization, and below `/uppy/{token}/s3`, as version 6 can send no header. */
export function uppyRoutes(service: Service): Hono<Edge> {
  const app = new Hono<Edge>();
  const sign = async (c: Context<Edge>, partNumbers: readonly number[]) => {
    const { id } = await ownUpload(c, service);
    const intents = partNumbers.map((partNumber) => ({ partNumber }));
    return signParts(service, c.get("caller"), id, intents);
  };

  app.get("/params", identify(service), async (c) => {
    if (!c.req.header("accept")?.includes("application/json")) {
      // Version 6 takes nothing but a POST form here; versions 4 and 5 name JSON.
      const detail =
        "Set shouldUseMultipart to true, or use signRequest: Uppy 6 sends a single file as a form, which is not signed here";
      throw new Problem("invalid-request", detail);
    }
    const upload = readUppyUpload(queriedUpload(c.req.query()));
    const { granted, id } = await createForUppy(askedBy(c, service), upload, "single");
    return c.json(presentSingle(granted, id));
  });

  app.post("/multipart", identify(service), limitBody(), async (c) => {
    const upload = readUppyUpload(await readJson(c.req.raw));
    const { granted, id } = await createForUppy(askedBy(c, service), upload, "parts");
    const { key, grant } = granted.admitted;
    return c.json({ key: key.text, uploadId: id, bucket: grant.store.bucket });
  });

  app.get("/multipart/:uploadId/batch", identify(service, "parts"), async (c) => {
    const asked = (c.req.query("partNumbers") ?? "").split(",", WINDOW + 1);
    const numbers = parseAs(z.array(partNumberSchema).check(z.maxLength(WINDOW)), asked);
    const tickets = await sign(c, numbers);
    const urls = tickets.map(({ partNumber, url }) => [partNumber, url] as const);
    return c.json({ presignedUrls: Object.fromEntries(urls) });
  });

  app.get("/multipart/:uploadId/:partNumber", identify(service, "parts"), async (c) => {
    const { partNumber } = parseAs(partQuery, c.req.param());
    const [ticket] = await sign(c, [partNumber]);
    if (!ticket) throw new TypeError("Cannot sign the part: there was no ticket");
    return c.json(presentPart(ticket));
  });

  app.get("/multipart/:uploadId", identify(service, "parts"), async (c) => {
    const { id } = await ownUpload(c, service);
    return c.json(presentList(await findProgress(service, c.get("caller"), id)));
  });

  app.post("/multipart/:uploadId/complete", identify(service), limitBody("etags"), async (c) => {
    const { id } = await ownUpload(c, service);
    const { parts } = parseAs(completeRequest, await readJson(c.req.raw));
    const asked = { id, etag: undefined, parts };
    const completed = await completeUpload(service, c.get("caller"), asked);
    return c.json(await presentCompleted(service, completed));
  });

  app.delete("/multipart/:uploadId", identify(service), async (c) => {
    const { id } = await ownUpload(c, service);
    await abortUpload(service, c.get("caller"), id);
    return c.json({});
  });

  app.route("/", signRequestRoutes(service));
  return app;
}
