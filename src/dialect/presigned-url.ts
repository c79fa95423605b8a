/**
 * `GET /presigned-url`, for clients written to the guide that this service grew out of: they read
 * `uploadURL` and `key`, then PUT with no header but Content-Type.
 */
import * as z from "zod/mini";
import type { Intent } from "../grant/authorize.ts";
import type { GrantedUpload } from "../operation/upload-id.ts";
import { contentTypeSchema, filenameSchema, parseAs } from "./rest.ts";

/** What the guide's client sends, where it does not say. */
const GUIDE_TYPE = "image/jpeg";

const query = z.object({
  fileName: z.optional(filenameSchema),
  fileType: z._default(contentTypeSchema, GUIDE_TYPE),
  fileSize: z.optional(
    z.pipe(
      z.string().check(z.regex(/^\d{1,15}$/, "must be a whole number of bytes")),
      z.transform(Number),
    ),
  ),
  policy: z.optional(z.string()),
});

/** Throws `invalid-request`; parameters that it does not know are passed over. */
export function readGuideIntent(search: URLSearchParams): Intent {
  const { fileName, fileType, fileSize, policy } = parseAs(query, Object.fromEntries(search));
  return {
    policy,
    filename: fileName,
    contentType: fileType,
    size: fileSize,
    isContentTypeOnly: true,
  };
}

export function presentToGuide({ key, ticket }: GrantedUpload): Readonly<Record<string, unknown>> {
  return {
    uploadURL: ticket.url,
    key: key.text,
    headers: ticket.headers,
    expiresIn: ticket.expiresInSeconds,
  };
}
