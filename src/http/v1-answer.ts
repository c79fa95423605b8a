/**
 * The answers of `/v1` as schemas, for `openapi.json` and for types. No request imports this file at
 * run time: the Worker does not check what it answers.
 */
import * as z from "zod/mini";
import { STATUSES } from "../ledger/record.ts";
import { CREDENTIAL_ACTIONS } from "../store/scoped-access.ts";
import { PROBLEMS, type ProblemCode } from "../problem.ts";
import { CHECKSUM_ALGORITHMS, checksumSchema } from "../store/checksum.ts";

/** Every code, in the order of the statuses. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
const CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];

const seconds = z.int().check(z.nonnegative());
const bytes = z.int().check(z.nonnegative());
/** RFC 3339, in whole seconds. */
const time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/));
const partNumber = z.int().check(z.positive());
const headers = z.readonly(z.record(z.string(), z.string()));

const remaining = z.strictObject({ limit: z.int(), remaining: z.int() });
const remainingInWindow = z.strictObject({
  limit: z.int(),
  remaining: z.int(),
  resetsIn: z.optional(seconds),
});
export const quota = z.strictObject({
  uploads: z.optional(remainingInWindow),
  bytes: z.optional(remainingInWindow),
  pending: z.optional(remaining),
  objects: z.optional(remaining),
  stored: z.optional(remaining),
});

export const partTicket = z.strictObject({
  partNumber,
  method: z.literal("PUT"),
  url: z.string(),
  headers,
  contentLength: bytes,
  expiresIn: seconds,
  expiresAt: time,
});

const uploadFields = {
  id: z.string(),
  status: z.literal("pending"),
  policy: z.string(),
  key: z.string(),
};
const expiry = { expiresIn: seconds, expiresAt: time, quota: z.optional(quota) };

export const singlePartTicket = z.strictObject({
  ...uploadFields,
  method: z.literal("PUT"),
  url: z.string(),
  headers,
  contentLength: z.optional(bytes),
  sizeEnforced: z.optional(z.literal(false)),
  checksumEnforced: z.optional(z.literal(false)),
  ...expiry,
});

export const multipartTicket = z.strictObject({
  ...uploadFields,
  multipart: z.strictObject({
    uploadId: z.string(),
    partSize: bytes,
    partCount: z.int(),
    parts: z.array(partTicket),
    nextPartNumber: z.optional(partNumber),
  }),
  ...expiry,
});

export const ticket = z.union([singlePartTicket, multipartTicket]);

export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: z.enum(CODES),
  message: z.string(),
  error: z.enum(CODES),
  requestId: z.string(),
  limit: z.optional(z.number()),
  actual: z.optional(z.number()),
  retryAfter: z.optional(seconds),
  quota: z.optional(quota),
  upload: z.optional(z.enum(["pending", "rejected"])),
  id: z.optional(z.string()),
  errors: z.optional(
    z.readonly(z.array(z.strictObject({ pointer: z.string(), detail: z.string() }))),
  ),
});

export const batchResults = z.strictObject({
  results: z.array(
    z.union([
      z.strictObject({ status: z.literal(201), upload: ticket }),
      z.strictObject({ status: z.int(), problem }),
    ]),
  ),
});

export const partTickets = z.strictObject({ parts: z.array(partTicket) });

export const partsState = z.strictObject({
  uploadId: z.string(),
  key: z.string(),
  size: bytes,
  partSize: bytes,
  partCount: z.int(),
  window: z.int(),
  partsListed: z.boolean(),
  done: z.array(z.strictObject({ partNumber, size: bytes, etag: z.string() })),
  missing: z.array(z.strictObject({ partNumber, size: bytes })),
  expiresAt: time,
});

const checksum = z.readonly(checksumSchema());
const metadata = z.readonly(z.record(z.string(), z.string()));

export const completedUpload = z.strictObject({
  id: z.string(),
  status: z.literal("completed"),
  policy: z.string(),
  key: z.string(),
  size: bytes,
  contentType: z.string(),
  etag: z.string(),
  checksum: z.optional(checksum),
  metadata,
  publicUrl: z.optional(z.string()),
  partsListed: z.optional(z.literal(false)),
  completedAt: time,
  receipt: z.string(),
});

/** Its file is still being checked: the same request again returns what has become of it. */
export const unfinishedUpload = z.strictObject({
  ...uploadFields,
  retryAfter: seconds,
});

export const completionResults = z.strictObject({
  results: z.array(
    z.union([
      z.strictObject({ status: z.literal(200), upload: completedUpload }),
      z.strictObject({ status: z.literal(202), upload: unfinishedUpload }),
      z.strictObject({ status: z.int(), problem }),
    ]),
  ),
});

const knownLimit = z.strictObject({ limit: z.int(), remaining: z.optional(z.int()) });
const knownWindow = z.strictObject({
  limit: z.int(),
  remaining: z.optional(z.int()),
  resetsIn: z.optional(seconds),
});

/** What is absent is not allowed, or has no limit. */
export const allowedPolicy = z.strictObject({
  name: z.string(),
  types: z.optional(z.readonly(z.array(z.string()))),
  extensions: z.optional(z.readonly(z.array(z.string()))),
  maxBytes: z.optional(bytes),
  minBytes: z.optional(bytes),
  sizeRequired: z.optional(z.literal(true)),
  multipartFrom: z.optional(bytes),
  checksum: z.optional(
    z.strictObject({
      algorithms: z.readonly(z.array(z.enum(CHECKSUM_ALGORITHMS))),
      required: z.optional(z.literal(true)),
    }),
  ),
  metadata: z.optional(z.readonly(z.array(z.string()))),
  download: z.optional(z.literal(true)),
  delete: z.optional(z.literal(true)),
  credentials: z.optional(z.readonly(z.array(z.enum(CREDENTIAL_ACTIONS)))),
  expiresIn: z.optional(seconds),
  quota: z.optional(
    z.readonly(
      z.strictObject({
        uploads: z.optional(z.readonly(knownWindow)),
        bytes: z.optional(z.readonly(knownWindow)),
        pending: z.optional(z.readonly(knownLimit)),
        objects: z.optional(z.readonly(knownLimit)),
        stored: z.optional(z.readonly(knownLimit)),
      }),
    ),
  ),
});

export const policyList = z.strictObject({
  default: z.optional(z.string()),
  policies: z.array(allowedPolicy),
});

export const uploadRecord = z.strictObject({
  id: z.string(),
  status: z.enum(STATUSES),
  policy: z.string(),
  key: z.string(),
  contentType: z.string(),
  size: z.optional(bytes),
  createdAt: time,
  expiresAt: time,
  finishedAt: z.optional(time),
  reservedUntil: z.optional(time),
  etag: z.optional(z.string()),
  checksum: z.optional(checksum),
  metadata: z.optional(metadata),
  publicUrl: z.optional(z.string()),
  reasons: z.optional(z.readonly(z.array(z.string()))),
});

export const uploadList = z.strictObject({
  uploads: z.array(uploadRecord),
  cursor: z.optional(z.string()),
});

export const downloadTicket = z.strictObject({
  policy: z.string(),
  key: z.string(),
  method: z.enum(["GET", "HEAD"]),
  url: z.string(),
  headers,
  expiresIn: seconds,
  expiresAt: time,
});

/** What an S3 client is set up with. */
export const credentials = z.strictObject({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  sessionToken: z.string(),
  expiresAt: time,
  expiresIn: seconds,
  endpoint: z.string(),
  region: z.string(),
  bucket: z.string(),
  prefix: z.string(),
  addressing: z.enum(["virtual-host", "path"]),
});

/** `GET /presigned-url`, as clients of the common guide read it. */
export const guideTicket = z.strictObject({
  uploadURL: z.string(),
  key: z.string(),
  headers,
  sizeEnforced: z.optional(z.literal(false)),
  expiresIn: seconds,
});

export const health = z.strictObject({
  status: z.literal("ok"),
  version: z.string(),
  deployment: z.optional(z.string()),
  configuration: z.string(),
});

/** RFC 7517. */
export const keySet = z.strictObject({
  keys: z.array(
    z.strictObject({
      kty: z.string(),
      crv: z.string(),
      x: z.string(),
      y: z.string(),
      kid: z.string(),
      alg: z.literal("ES256"),
      use: z.literal("sig"),
    }),
  ),
});
