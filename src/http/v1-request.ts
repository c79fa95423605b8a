/** The bodies and queries of `/v1`. Unknown fields are refused. */
import * as z from "zod/mini";
import { lazy } from "../lazy.ts";
import type { Intent } from "../grant/intent.ts";
import { MAX_SIGNED_PARTS } from "../grant/parts.ts";
import { STATUSES } from "../ledger/record.ts";
import type { PartIntent } from "../operation/multipart.ts";
import { invalidRequest } from "../problem.ts";
import { checksumSchema } from "../store/checksum.ts";
import { CREDENTIAL_ACTIONS } from "../store/scoped-access.ts";
import { isPlainIntent } from "./plain-intent.ts";
import { MAX_PARTS, anyCaseTypeSchema, filenameSchema, parseAs } from "./parse.ts";

const MAX_BATCH = 25;
const etagSchema = lazy(() => z.string().check(z.minLength(1), z.maxLength(256)));
const partNumberSchema = lazy(() => z.int().check(z.minimum(1), z.maximum(MAX_PARTS)));

/** A record drops a key `__proto__` silently, so that it is refused first. */
export const metadataSchema = lazy(() =>
  z.pipe(
    z.unknown().check(
      z.refine((value) => !(value instanceof Object && Object.hasOwn(value, "__proto__")), {
        path: ["__proto__"],
        error: "is not allowed",
      }),
    ),
    z.record(z.string(), z.string()),
  ),
);

/** The text of an `Idempotency-Key`, without quotes. */
export const idempotencyKeySchema = lazy(() =>
  z.string().check(z.regex(/^[ -~]{1,255}$/, "must be 1 to 255 printable ASCII characters")),
);

export const uploadRequest = lazy(() =>
  z.strictObject({
    policy: z.optional(z.string()),
    filename: z.optional(filenameSchema()),
    contentType: anyCaseTypeSchema(),
    size: z.optional(z.int().check(z.nonnegative())),
    checksum: z.optional(checksumSchema()),
    metadata: z.optional(metadataSchema()),
    multipart: z.optional(z.boolean()),
    partSize: z.optional(z.int().check(z.positive())),
    background: z.optional(z.boolean()),
  }),
);

/** The items are parsed one by one, so that each gets its own problem. */
export const batchRequest = lazy(() =>
  z.strictObject({
    uploads: z.array(z.unknown()).check(z.minLength(1), z.maxLength(MAX_BATCH)),
  }),
);

export const completeRequest = lazy(() =>
  z.strictObject({
    etag: z.optional(z.string().check(z.maxLength(256))),
    parts: z.optional(
      z
        .array(z.strictObject({ partNumber: partNumberSchema(), etag: etagSchema() }))
        .check(z.minLength(1), z.maxLength(MAX_PARTS)),
    ),
  }),
);

export const completeBatchRequest = lazy(() =>
  z.strictObject({
    ids: z.array(z.string()).check(z.minLength(1), z.maxLength(MAX_BATCH)),
  }),
);

export const listQuery = lazy(() =>
  z.object({
    status: z.optional(z.enum(STATUSES)),
    cursor: z.optional(z.string()),
  }),
);

export const objectRequest = lazy(() =>
  z.strictObject({
    policy: z.optional(z.string()),
    key: z.string().check(z.minLength(1)),
  }),
);

export const downloadRequest = lazy(() =>
  z.strictObject({
    policy: z.optional(z.string()),
    key: z.string().check(z.minLength(1)),
    method: z._default(z.enum(["GET", "HEAD"]), "GET"),
    disposition: z._default(z.enum(["attachment", "inline"]), "attachment"),
    filename: z.optional(
      filenameSchema().check(
        z.regex(/^[^\p{Cc}\p{Cf}\p{Cs}]+$/u, "must not contain control characters"),
      ),
    ),
  }),
);

export const credentialsRequest = lazy(() =>
  z.strictObject({
    policy: z.string(),
    actions: z.optional(z.array(z.enum(CREDENTIAL_ACTIONS)).check(z.minLength(1), z.maxLength(2))),
  }),
);

export const partsRequest = lazy(() =>
  z.strictObject({
    partNumbers: z.array(partNumberSchema()).check(z.minLength(1), z.maxLength(MAX_SIGNED_PARTS)),
    /** By part number: the SHA-256 of each part in base64. */
    checksums: z.optional(
      z.record(
        z.string(),
        z.string().check(z.regex(/^[A-Za-z0-9+/]{43}=$/, "must be 32 bytes in base64")),
      ),
    ),
    background: z.optional(z.boolean()),
  }),
);

/** Parses one upload. Throws `invalid-request` with every error. */
export function parseIntent(value: unknown): Intent {
  return isPlainIntent(value) ? value : parseAs(uploadRequest(), value);
}

/** Parses the uploads to be completed. Throws `invalid-request` with every error. */
export function parseIds(value: unknown): readonly string[] {
  const { ids } = parseAs(completeBatchRequest(), value);
  const [first, ...others] = ids.flatMap((id, index) =>
    ids.indexOf(id) < index
      ? [{ pointer: `/ids/${index}`, detail: "must not repeat an earlier id" }]
      : [],
  );
  if (first) throw invalidRequest(first, ...others);
  return ids;
}

/** Parses the parts to be signed. Throws `invalid-request` with every error. */
export function parsePartIntents(value: unknown): readonly PartIntent[] {
  const { partNumbers, checksums = {}, background } = parseAs(partsRequest(), value);
  if (new Set(partNumbers).size !== partNumbers.length) {
    throw invalidRequest({ pointer: "/partNumbers", detail: "must not repeat a part number" });
  }
  return partNumbers.map((partNumber) => ({
    partNumber,
    sha256: checksums[String(partNumber)],
    isBackground: background,
  }));
}
