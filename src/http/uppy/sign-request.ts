/**
 * `signRequest` of Uppy 6 (docs/uppy-6.md). Files and parts go to the store. To create, list, complete
 * and abort a multipart upload, the browser is sent to the Worker, which answers as S3 does, so that
 * exact lengths and quotas hold as for every other client.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod/mini";
import { lazy } from "../../lazy.ts";
import { openUnderKey } from "../../grant/upload-id.ts";
import { abortUpload } from "../../operation/abort.ts";
import { completeUpload } from "../../operation/complete.ts";
import { findProgress, signParts } from "../../operation/multipart.ts";
import { Problem, invalidRequest } from "../../problem.ts";
import type { Service } from "../../service.ts";
import { isDocument, readBlocks, readField, readNumber } from "../../store/xml.ts";
import { answerJson } from "../answer.ts";
import type { BaseEnv, CallerEnv } from "../base.ts";
import { contextOf, limitBody, withCaller } from "../middleware.ts";
import { MAX_PARTS, parseAs, readJson } from "../parse.ts";
import { countCaller } from "../rate-limit.ts";
import { isUnfinished, statusOf } from "../v1-upload-response.ts";
import { createUppyMultipart, createUppySinglePart } from "./create.ts";
import { findOwnUpload, namedPartsSchema, parseUppyUpload } from "./request.ts";
import { arrivedParts, toXml } from "./response.ts";

export const presignRequest = lazy(() =>
  z.object({
    method: z.enum(["PUT", "POST", "GET", "DELETE"]),
    key: z.string().check(z.minLength(1)),
    uploadId: z.optional(z.string()),
    partNumber: z.optional(z.int().check(z.minimum(1), z.maximum(MAX_PARTS))),
    /** Of a new file. Uppy uses this default too. */
    contentType: z._default(z.string(), "application/octet-stream"),
    filename: z.optional(z.unknown()),
    metadata: z.optional(z.unknown()),
  }),
);
type PresignRequest = z.output<ReturnType<typeof presignRequest>>;

/** A `url` that starts with a slash is on this service, and needs the token. */
interface Presigned {
  readonly url: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a new upload: completes it. */
  readonly id?: string;
}

export function signRequestRoutes(service: Service): Hono<BaseEnv> {
  const app = new Hono<BaseEnv>();
  const path = "/uploads/:uploadId";
  const uploader = withCaller(service, "upload");

  app.on("POST", "/presign", withCaller(service, "upload", "parts"), limitBody(), async (c) => {
    const request = parseAs(presignRequest(), await readJson(c.req.raw));
    const { uploadId: id } = request;
    return answerJson(
      c,
      id === undefined ? await presignNew(c, request) : await presignOwn(c, { ...request, id }),
    );
  });

  app.on("GET", path, uploader, async (c) => {
    const { id, key } = await findOwnUpload(c);
    const parts = arrivedParts(await findProgress(c.get("service"), c.get("caller"), id));
    const listed = parts.map(({ partNumber, etag, size }) =>
      toXml("Part", { PartNumber: partNumber, ETag: etag, Size: size }),
    );
    return xml(c, toXml("ListPartsResult", { Key: key, UploadId: id }, listed.join("")));
  });

  app.on("POST", path, uploader, limitBody("etags"), async (c) => {
    const { id, key } = await findOwnUpload(c);
    if (c.req.query("uploads") !== undefined)
      return xml(c, toXml("InitiateMultipartUploadResult", { Key: key, UploadId: id }));
    const parts = parsePartsXml(await c.req.text());
    const completed = await completeUpload(c.get("service"), c.get("caller"), { id, parts });
    const { url, bucket } = completed;
    const result = {
      Location: url,
      Bucket: bucket,
      Key: key,
      ...(!isUnfinished(completed) && { ETag: completed.verified.etag }),
    };
    return xml(c, toXml("CompleteMultipartUploadResult", result), statusOf(completed));
  });

  app.on("DELETE", path, uploader, async (c) => {
    const { id } = await findOwnUpload(c);
    await abortUpload(c.get("service"), c.get("caller"), id);
    return c.body(null, 204);
  });
  return app;
}

/** Creates a single file (PUT), or a multipart upload (POST). */
async function presignNew(
  c: Context<CallerEnv>,
  { method, contentType: type, filename, metadata }: PresignRequest,
): Promise<Presigned> {
  if (method !== "PUT" && method !== "POST")
    throw invalidRequest({ pointer: "/uploadId", detail: `is required with ${method}` });
  // `withCaller` counted the request among those for parts. A new upload also counts as one.
  await countCaller(c.get("service"), c.get("caller"));
  const upload = parseUppyUpload({ type, filename, metadata });
  const context = contextOf(c);
  if (method === "POST") {
    const { id, admitted } = await createUppyMultipart(context, upload);
    const key = admitted.key.text;
    return { url: ownUrl(c, { id, key }, "uploads&"), key, headers: {}, id };
  }
  const { id, admitted, ticket } = await createUppySinglePart(context, upload);
  return { url: ticket.url, key: admitted.key.text, headers: ticket.headers, id };
}

async function presignOwn(
  c: Context<CallerEnv>,
  { method, key, id, partNumber }: PresignRequest & { readonly id: string },
): Promise<Presigned> {
  const [service, caller] = [c.get("service"), c.get("caller")];
  await openUnderKey(service.uploadIds, { id, key }, caller);
  if (method !== "PUT") return { url: ownUrl(c, { id, key }), key, headers: {} };
  if (partNumber === undefined)
    throw invalidRequest({ pointer: "/partNumber", detail: "is required" });
  const [ticket] = await signParts(service, caller, id, [{ partNumber }]);
  if (!ticket) throw new TypeError("Cannot sign the part: no ticket was returned");
  return { url: ticket.url, key, headers: ticket.headers };
}

/** Returns the path at which this service does what a store would do. */
function ownUrl(
  c: Context<CallerEnv>,
  { id, key }: { readonly id: string; readonly key: string },
  query = "",
): string {
  return `${c.env.basePath}/s3/uploads/${id}?${query}key=${encodeURIComponent(key)}`;
}

/** Parses the body of CompleteMultipartUpload. Throws `bad-request` for another document. */
function parsePartsXml(text: string): z.output<ReturnType<typeof namedPartsSchema>> {
  if (!isDocument(text, "CompleteMultipartUpload"))
    throw new Problem("bad-request", "Send the parts as S3's own XML: CompleteMultipartUpload");
  // One too many is enough for the schema to refuse the list.
  const blocks = readBlocks(text, "Part").slice(0, MAX_PARTS + 1);
  const parts = blocks.map((part) => ({
    PartNumber: readNumber(part, "PartNumber"),
    ETag: readField(part, "ETag"),
  }));
  return parseAs(namedPartsSchema(), parts);
}

function xml(c: Context, document: string, status: 200 | 202 = 200): Response {
  return c.body(document, status, { "content-type": "application/xml" });
}
