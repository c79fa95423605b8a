/**
 * `signRequest` of Uppy 6, docs/uppy-6.md. Files and parts go to the store; to begin, list, complete
 * and abort, the browser is sent to the Worker, which answers as S3 does: so these are done as for
 * every other client, with exact lengths, within quotas, and nothing is overwritten.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as z from "zod/mini";
import { askedBy, callerKey, identify, limitBody } from "../middleware.ts";
import { throttle } from "../rate-limit.ts";
import { abortUpload } from "../../operation/abort.ts";
import { completeUpload } from "../../operation/complete.ts";
import { findProgress, signParts } from "../../operation/multipart.ts";
import { openUnderKey } from "../../grant/upload-id.ts";
import { Problem, invalidRequest } from "../../problem.ts";
import type { Service } from "../../service.ts";
import type { Edge } from "../base.ts";
import { isDocument, readBlocks, readField, readNumber } from "../../store/xml.ts";
import { parseAs, readJson } from "../parse.ts";
import { createForUppy } from "./create.ts";
import { arrived, presentCompleted, ticketOf, toXml } from "./response.ts";
import { MAX_PARTS, namedPartsSchema, ownUpload, readUppyUpload } from "./request.ts";

const presignRequest = z.object({
  method: z.enum(["PUT", "POST", "GET", "DELETE"]),
  key: z.string().check(z.minLength(1)),
  uploadId: z.optional(z.string()),
  partNumber: z.optional(z.int().check(z.minimum(1), z.maximum(MAX_PARTS))),
  /** Of a file that begins: what Uppy takes itself for one without a type. */
  contentType: z._default(z.string(), "application/octet-stream"),
  filename: z.optional(z.unknown()),
  metadata: z.optional(z.unknown()),
});
type PresignRequest = z.output<typeof presignRequest>;

/** A `url` that begins with a slash is on this service, and needs the token. */
interface Presigned {
  readonly url: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of an upload that begins: what completes it. */
  readonly id?: string;
}

export function signRequestRoutes(service: Service): Hono<Edge> {
  const app = new Hono<Edge>();
  app.on("POST", "/presign", identify(service, "parts"), limitBody(), async (c) => {
    const request = parseAs(presignRequest, await readJson(c.req.raw));
    const { uploadId } = request;
    return c.json(
      uploadId === undefined
        ? await presignNew(c, service, request)
        : await presignOwn(c, service, { ...request, uploadId }),
    );
  });

  app.use("/uploads/:uploadId", identify(service), limitBody("etags"));
  app.get("/uploads/:uploadId", async (c) => {
    const { id, key } = await ownUpload(c, service);
    const parts = arrived(await findProgress(service, c.get("caller"), id));
    const listed = parts.map(({ partNumber, etag, size }) =>
      toXml("Part", { PartNumber: partNumber, ETag: etag, Size: size }),
    );
    return xml(c, toXml("ListPartsResult", { Key: key, UploadId: id }, listed.join("")));
  });
  app.post("/uploads/:uploadId", async (c) => {
    const { id, key } = await ownUpload(c, service);
    if (c.req.query("uploads") !== undefined)
      return xml(c, toXml("InitiateMultipartUploadResult", { Key: key, UploadId: id }));
    const parts = readParts(await c.req.text());
    const completed = await completeUpload(service, c.get("caller"), {
      id,
      etag: undefined,
      parts,
    });
    const { location, bucket } = await presentCompleted(service, completed);
    const result = { Location: location, Bucket: bucket, Key: key, ETag: completed.verified.etag };
    return xml(c, toXml("CompleteMultipartUploadResult", result));
  });
  app.delete("/uploads/:uploadId", async (c) => {
    const { id } = await ownUpload(c, service);
    await abortUpload(service, c.get("caller"), id);
    return c.body(null, 204);
  });
  return app;
}

/** A file of its own, or an upload in parts, which is begun in the store now. */
async function presignNew(
  c: Context<Edge>,
  service: Service,
  { method, contentType: type, filename, metadata }: PresignRequest,
): Promise<Presigned> {
  if (method !== "PUT" && method !== "POST")
    throw invalidRequest({ pointer: "/uploadId", detail: `is required with ${method}` });
  // Counted with the parts before the body was read; a ticket counts where every other one does.
  await throttle(service.perCaller, callerKey(c.get("caller")), service.log);
  const upload = readUppyUpload({ type, filename, metadata });
  const how = method === "PUT" ? "single" : "parts";
  const { granted, id } = await createForUppy(askedBy(c, service), upload, how);
  const key = granted.admitted.key.text;
  if (how === "parts") return { url: ownUrl(id, key, "uploads&"), key, headers: {}, id };
  const { url, headers } = ticketOf(granted);
  return { url, key, headers, id };
}

async function presignOwn(
  c: Context<Edge>,
  service: Service,
  { method, key, uploadId: id, partNumber }: PresignRequest & { readonly uploadId: string },
): Promise<Presigned> {
  const caller = c.get("caller");
  await openUnderKey(service.uploadIds, { id, key }, caller);
  if (method !== "PUT") return { url: ownUrl(id, key), key, headers: {} };
  if (partNumber === undefined)
    throw invalidRequest({ pointer: "/partNumber", detail: "is required" });
  const [ticket] = await signParts(service, caller, id, [{ partNumber }]);
  if (!ticket) throw new TypeError("Cannot sign the part: there was no ticket");
  return { url: ticket.url, key, headers: ticket.headers };
}

/** Where this service does what a store would, from the root of wherever it is. */
function ownUrl(id: string, key: string, what = ""): string {
  return `/s3/uploads/${id}?${what}key=${encodeURIComponent(key)}`;
}

/** AWS: CompleteMultipartUpload. Throws `bad-request` where it is none. */
function readParts(text: string): z.output<typeof namedPartsSchema> {
  if (!isDocument(text, "CompleteMultipartUpload"))
    throw new Problem("bad-request", "Send the parts as S3's own XML: CompleteMultipartUpload");
  // One too many is enough to be refused.
  const blocks = readBlocks(text, "Part").slice(0, MAX_PARTS + 1);
  const parts = blocks.map((part) => ({
    PartNumber: readNumber(part, "PartNumber"),
    ETag: readField(part, "ETag"),
  }));
  return parseAs(namedPartsSchema, parts);
}

function xml(c: Context<Edge>, document: string): Response {
  return c.body(document, 200, { "content-type": "application/xml" });
}
