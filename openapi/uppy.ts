/** The routes of Uppy's S3 clients. Below `/uppy/{token}/s3` there are the same, with the token in the path. */
import * as z from "zod/mini";
import * as answer from "../src/http/uppy/answer.ts";
import { uppyUpload } from "../src/http/uppy/request.ts";
import { uppyCompleteRequest } from "../src/http/uppy/routes.ts";
import { presignRequest } from "../src/http/uppy/sign-request.ts";
import { BODY, GRANT, STORE, TOKEN, type Operation } from "./operation.ts";

const key = z.string();
const ofUpload = z.object({ key });
const OWN = ["invalid-request", "upload-not-found", "key-outside-prefix"] as const;
const PARTS = [...TOKEN, ...OWN, "already-completed", ...STORE] as const;
const COMPLETE = [...TOKEN, ...BODY, ...OWN, ...STORE] as const;
const COMPLETED = ["already-exists", "verification-failed"] as const;
const XML = { schema: answer.s3Xml, contentType: "application/xml" };

export const UPPY: readonly Operation[] = [
  {
    method: "get",
    path: "/s3/params",
    id: "uppyCreateSinglePart",
    tag: "Uppy",
    summary: "Creates an upload that is one PUT, or one POST form",
    description:
      "`metadata[size]`, `metadata[policy]` and the names that the policy lists are read. With `application/json` in `Accept` it is a PUT. Otherwise it is a form, under a policy with `postForm: true`; other policies answer 422.",
    query: z.object({
      filename: z.optional(z.string()),
      type: z.string(),
      "metadata[size]": z.optional(z.string()),
      "metadata[policy]": z.optional(z.string()),
    }),
    answers: { 200: { description: "The ticket, or the form", schema: answer.uppyParams } },
    codes: [...TOKEN, ...GRANT],
    examples: ["uppy-single-part"],
  },
  {
    method: "post",
    path: "/s3/multipart",
    id: "uppyCreateMultipart",
    tag: "Uppy",
    summary: "Creates a multipart upload",
    body: uppyUpload(),
    answers: { 200: { description: "The upload", schema: answer.uppyMultipart } },
    codes: [...TOKEN, ...BODY, ...GRANT, ...STORE],
    examples: ["uppy-created"],
  },
  {
    method: "get",
    path: "/s3/multipart/{uploadId}",
    id: "uppyListParts",
    tag: "Uppy",
    summary: "Lists the parts that have arrived",
    pathParameters: ["uploadId"],
    query: ofUpload,
    answers: { 200: { description: "The parts", schema: answer.uppyParts } },
    codes: PARTS,
    examples: ["uppy-parts"],
  },
  {
    method: "get",
    path: "/s3/multipart/{uploadId}/{partNumber}",
    id: "uppySignPart",
    tag: "Uppy",
    summary: "Signs a part",
    pathParameters: ["uploadId", "partNumber"],
    query: ofUpload,
    answers: { 200: { description: "Its ticket", schema: answer.uppyPart } },
    codes: PARTS,
    examples: ["uppy-part"],
  },
  {
    method: "get",
    path: "/s3/multipart/{uploadId}/batch",
    id: "uppySignParts",
    tag: "Uppy",
    summary: "Signs up to 25 parts",
    pathParameters: ["uploadId"],
    query: z.object({ key, partNumbers: z.string() }),
    answers: { 200: { description: "Their URLs, by part number", schema: answer.uppyPartUrls } },
    codes: PARTS,
    examples: ["uppy-part-urls"],
  },
  {
    method: "post",
    path: "/s3/multipart/{uploadId}/complete",
    id: "uppyCompleteMultipart",
    tag: "Uppy",
    summary: "Completes a multipart upload",
    pathParameters: ["uploadId"],
    query: ofUpload,
    body: uppyCompleteRequest(),
    answers: {
      200: { description: "The upload is verified", schema: answer.uppyCompleted },
      202: {
        description: "Under a policy with a quarantine: the file is still being checked",
        schema: answer.uppyCompleted,
      },
    },
    codes: [...COMPLETE, ...COMPLETED],
    examples: ["uppy-completed", "uppy-completed-later"],
  },
  {
    method: "delete",
    path: "/s3/multipart/{uploadId}",
    id: "uppyAbortMultipart",
    tag: "Uppy",
    summary: "Aborts a multipart upload",
    pathParameters: ["uploadId"],
    query: ofUpload,
    answers: { 200: { description: "Aborted", schema: answer.uppyAborted } },
    codes: [...PARTS],
    examples: ["uppy-aborted"],
  },
  {
    method: "post",
    path: "/s3/presign",
    id: "uppyPresign",
    tag: "Uppy",
    summary: "Signs a request of `signRequest` (Uppy 6)",
    description:
      "Without `uploadId` it creates an upload. A `url` that starts with a slash is on this service, and needs the token.",
    body: presignRequest(),
    answers: { 200: { description: "The request to send", schema: answer.uppyPresigned } },
    codes: [
      ...TOKEN,
      ...BODY,
      ...GRANT,
      "upload-not-found",
      "already-completed",
      "store-unavailable",
      "upload-expired",
    ],
    examples: ["uppy-presigned"],
  },
  {
    method: "get",
    path: "/s3/uploads/{uploadId}",
    id: "uppyListPartsXml",
    tag: "Uppy",
    summary: "Lists the parts that have arrived, as S3 does",
    pathParameters: ["uploadId"],
    query: ofUpload,
    answers: { 200: { description: "`ListPartsResult`", ...XML } },
    codes: PARTS,
    examples: ["uppy-s3-parts"],
  },
  {
    method: "post",
    path: "/s3/uploads/{uploadId}",
    id: "uppyCompleteMultipartXml",
    tag: "Uppy",
    summary: "Completes a multipart upload, as S3 does",
    description: "With `uploads` in the query it answers as S3 answers the creation of an upload.",
    pathParameters: ["uploadId"],
    query: z.object({ key, uploads: z.optional(z.string()) }),
    body: answer.s3Xml,
    bodyContentType: "application/xml",
    isBodyOptional: true,
    answers: {
      200: { description: "`CompleteMultipartUploadResult`", ...XML },
      202: { description: "The same without an ETag: the file is still being checked", ...XML },
    },
    codes: [...COMPLETE, ...COMPLETED],
    examples: ["uppy-s3-completed", "uppy-s3-completed-later"],
  },
  {
    method: "delete",
    path: "/s3/uploads/{uploadId}",
    id: "uppyAbortMultipartXml",
    tag: "Uppy",
    summary: "Aborts a multipart upload, as S3 does",
    pathParameters: ["uploadId"],
    query: ofUpload,
    answers: { 204: { description: "Aborted" } },
    codes: PARTS,
    examples: ["uppy-s3-aborted"],
  },
];
