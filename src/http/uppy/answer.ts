/** The answers of Uppy's routes as schemas, for `openapi.json`. No request imports this file at run time. */
import * as z from "zod/mini";

const headers = z.readonly(z.record(z.string(), z.string()));

export const uppySinglePart = z.strictObject({
  method: z.literal("PUT"),
  url: z.string(),
  headers,
  fields: z.strictObject({ key: z.string(), bucket: z.string() }),
  id: z.string(),
});
export const uppyForm = z.strictObject({
  method: z.literal("POST"),
  url: z.string(),
  fields: z.catchall(z.object({ key: z.string() }), z.string()),
  id: z.string(),
});
export const uppyParams = z.union([uppySinglePart, uppyForm]);
export const uppyMultipart = z.strictObject({
  key: z.string(),
  uploadId: z.string(),
  bucket: z.string(),
});
export const uppyPart = z.strictObject({ method: z.literal("PUT"), url: z.string(), headers });
export const uppyPartUrls = z.strictObject({ presignedUrls: z.record(z.string(), z.string()) });
export const uppyParts = z.array(
  z.strictObject({ PartNumber: z.int(), ETag: z.string(), Size: z.int() }),
);
export const uppyCompleted = z.strictObject({
  location: z.string(),
  key: z.string(),
  bucket: z.string(),
  receipt: z.optional(z.string()),
});
export const uppyAborted = z.strictObject({});
/** Of `POST /s3/presign`: a `url` that starts with a slash is on the service, and needs the token. */
export const uppyPresigned = z.strictObject({
  url: z.string(),
  key: z.string(),
  headers,
  id: z.optional(z.string()),
});
export const s3Xml = z.string();
