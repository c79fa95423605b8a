/** The answers of `/v1/admin` as schemas, for `openapi.json` and for types. No request imports this file at run time. */
import * as z from "zod/mini";
import { quota, uploadRecord } from "./v1-answer.ts";

const count = z.int().check(z.nonnegative());
/** RFC 3339, in whole seconds. */
const time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/));

const unreached = z.readonly(z.array(z.strictObject({ policy: z.string(), claim: z.string() })));

export const adminUpload = z.extend(uploadRecord, {
  name: z.string(),
  store: z.string(),
  issuer: z.string(),
  user: z.string(),
});

export const waitingMessage = z.strictObject({
  message: z.string(),
  createdAt: time,
  nextAt: time,
  attempts: count,
});

export const userUploads = z.strictObject({
  uploads: z.array(adminUpload),
  cursor: z.optional(z.string()),
  outbox: z.array(waitingMessage),
  unreached,
});

const used = z.strictObject({
  uploads: z.optional(z.int()),
  bytes: z.optional(z.int()),
  objects: z.optional(z.int()),
  stored: z.optional(z.int()),
  pending: count,
  reserved: count,
});

export const policyUsage = z.strictObject({
  policy: z.string(),
  used: z.readonly(used),
  remaining: z.readonly(quota),
});

export const userQuota = z.strictObject({ policies: z.array(policyUsage), unreached });

export const correctedQuota = z.strictObject({ before: policyUsage, after: policyUsage });

export const deletionReport = z.strictObject({
  done: z.boolean(),
  abortedUploads: count,
  deletedObjects: count,
  remainingUploads: count,
  remainUntil: z.optional(time),
  problems: z.readonly(
    z.array(z.strictObject({ policy: z.string(), store: z.string(), reason: z.string() })),
  ),
  unattributed: z.readonly(
    z.array(z.strictObject({ policy: z.string(), claim: z.optional(z.string()) })),
  ),
  unreached,
});

export const foundObject = z.strictObject({
  key: z.string(),
  upload: z.optional(
    z.strictObject({
      name: z.string(),
      policy: z.string(),
      store: z.string(),
      createdAt: time,
      expiresAt: time,
    }),
  ),
  candidates: z.array(
    z.strictObject({
      policy: z.string(),
      issuer: z.string(),
      user: z.string(),
      uploads: z.array(adminUpload),
    }),
  ),
  unattributed: z.readonly(z.array(z.string())),
  objects: z.array(
    z.strictObject({
      store: z.string(),
      bucket: z.string(),
      pendingKey: z.optional(z.string()),
      size: z.optional(count),
      contentType: z.optional(z.string()),
      etag: z.optional(z.string()),
      abortMark: z.optional(z.literal(true)),
    }),
  ),
});

export const stuckList = z.strictObject({
  stuck: z.array(
    z.strictObject({
      ledger: z.string(),
      kind: z.enum(["webhook", "upload"]),
      issuer: z.string(),
      user: z.string(),
      policy: z.string(),
      attempts: count,
      since: time,
      count,
    }),
  ),
});

export const readiness = z.strictObject({
  status: z.enum(["ok", "failing"]),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      status: z.enum(["ok", "failing"]),
      code: z.optional(z.string()),
      reason: z.optional(z.string()),
      durationMs: z.int(),
    }),
  ),
});
