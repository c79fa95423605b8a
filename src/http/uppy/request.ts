/** What Uppy sends about a file: every field of its `meta`, three of which are for this service. */
import type { Context } from "hono";
import * as z from "zod/mini";
import { lazy } from "../../lazy.ts";
import { openUnderKey } from "../../grant/upload-id.ts";
import type { CallerEnv } from "../base.ts";
import { MAX_PARTS, contentTypeSchema, digitsSchema, filenameSchema, parseAs } from "../parse.ts";

const MIN_PART_BYTES = 5 * 2 ** 20;

/** A number, or its digits: versions 4 and 5 send every field as text. */
export const bytesSchema = lazy(() =>
  z.pipe(
    z.transform((value) => (typeof value === "number" ? String(value) : value)),
    digitsSchema(),
  ),
);

/** A field that is `null` counts as absent. */
const metaSchema = lazy(() =>
  z.pipe(
    z.pipe(
      z.record(z.string(), z.unknown()),
      z.transform((meta) =>
        Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== null)),
      ),
    ),
    z.looseObject({
      size: z.optional(bytesSchema()),
      partSize: z.optional(bytesSchema()),
      policy: z.optional(z.string()),
    }),
  ),
);

export const uppyUpload = lazy(() =>
  z.object({
    filename: z.optional(filenameSchema()),
    type: contentTypeSchema(),
    metadata: z._default(metaSchema(), {}),
  }),
);

/** An upload as Uppy asks for it, before it is authorized. */
export interface UppyUpload {
  readonly policy: string | undefined;
  readonly filename: string | undefined;
  readonly contentType: string;
  readonly size: number | undefined;
  /** The size of the parts that Uppy cuts: by its own rule, or as the page says in `meta`. */
  readonly partSize: number;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** Throws `invalid-request` with every error. Unknown fields are ignored. */
export function parseUppyUpload(value: unknown): UppyUpload {
  const { filename, type, metadata } = parseAs(uppyUpload(), value);
  const { size, partSize, policy, ...meta } = metadata;
  return {
    policy,
    filename,
    contentType: type,
    size,
    partSize: partSize ?? Math.max(MIN_PART_BYTES, Math.ceil((size ?? 0) / MAX_PARTS)),
    meta,
  };
}

/** Returns the query of `/s3/params` in the form of a body: `metadata[size]=5` becomes `metadata.size`. */
export function queryAsBody(query: Readonly<Record<string, string>>): unknown {
  const fields = Object.entries(query).flatMap(([name, value]) => {
    const field = /^metadata\[(.+)\]$/s.exec(name)?.[1];
    return field === undefined ? [] : [[field, value] as const];
  });
  const { filename, type } = query;
  return { filename, type, metadata: Object.fromEntries(fields) };
}

const ownUploadSchema = lazy(() =>
  z.object({ uploadId: z.string(), key: z.string().check(z.minLength(1)) }),
);

/** Returns the upload that the path and the query name. Throws for one that is not the caller's, or has another key. */
export async function findOwnUpload(
  c: Context<CallerEnv>,
): Promise<{ readonly id: string; readonly key: string }> {
  const { uploadId: id, key } = parseAs(ownUploadSchema(), { ...c.req.query(), ...c.req.param() });
  await openUnderKey(c.get("service").uploadIds, { id, key }, c.get("caller"));
  return { id, key };
}

/** Parts as Uppy names them. The ETag may have quotes. */
export const namedPartsSchema = lazy(() =>
  z.pipe(
    z
      .array(
        z.object({
          PartNumber: z.int().check(z.minimum(1), z.maximum(MAX_PARTS)),
          ETag: z.string().check(z.minLength(1), z.maxLength(256)),
        }),
      )
      .check(z.minLength(1), z.maxLength(MAX_PARTS)),
    z.transform((parts) =>
      parts.map(({ PartNumber, ETag }) => ({ partNumber: PartNumber, etag: ETag })),
    ),
  ),
);
