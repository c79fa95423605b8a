/** What the commands of admins read of the answers. */
import * as z from "zod/mini";

const unreached = z.array(z.object({ policy: z.string(), claim: z.string() }));
export type Unreached = z.output<typeof unreached>;

export const uploadSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  policy: z.string(),
  store: z.string(),
  key: z.string(),
  size: z.optional(z.number()),
  createdAt: z.string(),
  finishedAt: z.optional(z.string()),
  reasons: z.optional(z.array(z.string())),
});

export const uploadsSchema = z.object({
  uploads: z.array(uploadSchema),
  cursor: z.optional(z.string()),
  outbox: z.array(
    z.object({
      message: z.string(),
      createdAt: z.string(),
      nextAt: z.string(),
      attempts: z.number(),
    }),
  ),
  unreached,
});

export const usageSchema = z.object({
  policy: z.string(),
  used: z.record(z.string(), z.number()),
  remaining: z.record(z.string(), z.object({ limit: z.number(), remaining: z.number() })),
});
export const quotaSchema = z.object({ policies: z.array(usageSchema), unreached });
export const correctedSchema = z.object({ before: usageSchema, after: usageSchema });

export const reportSchema = z.object({
  done: z.boolean(),
  abortedUploads: z.number(),
  deletedObjects: z.number(),
  remainingUploads: z.number(),
  remainUntil: z.optional(z.string()),
  problems: z.array(z.object({ policy: z.string(), store: z.string(), reason: z.string() })),
  unattributed: z.array(z.object({ policy: z.string(), claim: z.optional(z.string()) })),
  unreached,
});

export const foundSchema = z.object({
  key: z.string(),
  upload: z.optional(
    z.object({
      name: z.string(),
      policy: z.string(),
      store: z.string(),
      createdAt: z.string(),
      expiresAt: z.string(),
    }),
  ),
  candidates: z.array(
    z.object({
      policy: z.string(),
      issuer: z.string(),
      user: z.string(),
      uploads: z.array(uploadSchema),
    }),
  ),
  unattributed: z.array(z.string()),
  objects: z.array(
    z.object({
      store: z.string(),
      bucket: z.string(),
      pendingKey: z.optional(z.string()),
      size: z.optional(z.number()),
      contentType: z.optional(z.string()),
      etag: z.optional(z.string()),
      abortMark: z.optional(z.boolean()),
    }),
  ),
});

/** `GET /healthz`. */
export const healthSchema = z.object({
  version: z.string(),
  deployment: z.optional(z.string()),
  configuration: z.optional(z.string()),
});

/** `GET /readyz`. */
export const readySchema = z.object({
  checks: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      code: z.optional(z.string()),
      reason: z.optional(z.string()),
      /** Releases before this one have none. */
      durationMs: z.optional(z.number()),
    }),
  ),
});

export const stuckSchema = z.object({
  stuck: z.array(
    z.object({
      ledger: z.string(),
      kind: z.string(),
      issuer: z.string(),
      user: z.string(),
      policy: z.string(),
      attempts: z.number(),
      since: z.string(),
      count: z.number(),
    }),
  ),
});
