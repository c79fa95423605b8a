/** What Uppy says of a file: every field of its `meta`, of which three are ours to read. */
import type { Context } from "hono";
import * as z from "zod/mini";
import { openUnderKey } from "../../grant/upload-id.ts";
import type { Service } from "../../service.ts";
import type { Edge } from "../base.ts";
import { contentTypeSchema, digitsSchema, filenameSchema, parseAs } from "../parse.ts";

const MIN_PART_BYTES = 5 * 2 ** 20;
/** AWS: "Amazon S3 multipart upload limits". */
export const MAX_PARTS = 10_000;

/** A number, or its digits: versions 4 and 5 make a text of everything. */
const bytesSchema = z.pipe(
  z.transform((value) => (typeof value === "number" ? String(value) : value)),
  digitsSchema,
);

/** A field without a value is none. */
const metaSchema = z.pipe(
  z.pipe(
    z.record(z.string(), z.unknown()),
    z.transform((meta) =>
      Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== null)),
    ),
  ),
  z.looseObject({
    size: z.optional(bytesSchema),
    partSize: z.optional(bytesSchema),
    policy: z.optional(z.string()),
  }),
);

const uploadSchema = z.object({
  filename: z.optional(filenameSchema),
  type: contentTypeSchema,
  metadata: z._default(metaSchema, {}),
});

/** What is asked for, before anything of it is allowed. */
export interface UppyUpload {
  readonly policy: string | undefined;
  readonly filename: string | undefined;
  readonly contentType: string;
  readonly size: number | undefined;
  /** What Uppy cuts: its own rule, or what the page says it is. */
  readonly partSize: number;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** Throws `invalid-request` with every fault. Other fields are passed over. */
export function readUppyUpload(value: unknown): UppyUpload {
  const { filename, type, metadata } = parseAs(uploadSchema, value);
  const { size, partSize, policy, ...meta } = metadata;
  return {
    policy,
    // A Mac hands out names in NFD, and Uppy passes them on: the same text in NFC.
    filename: filename?.normalize("NFC"),
    contentType: type,
    size,
    partSize: partSize ?? Math.max(MIN_PART_BYTES, Math.ceil((size ?? 0) / MAX_PARTS)),
    meta,
  };
}

/** The query of `/s3/params` as the body of `/s3/multipart`: `metadata[size]=5` and so on. */
export function queriedUpload(query: Readonly<Record<string, string>>): unknown {
  const fields = Object.entries(query).flatMap(([name, value]) => {
    const field = /^metadata\[(.+)\]$/s.exec(name)?.[1];
    return field === undefined ? [] : [[field, value] as const];
  });
  const { filename, type } = query;
  return { filename, type, metadata: Object.fromEntries(fields) };
}

const namedSchema = z.object({ uploadId: z.string(), key: z.string().check(z.minLength(1)) });

/** The upload that the path and the query name: the caller's own, and under that key. */
export async function ownUpload(
  c: Context<Edge>,
  service: Service,
): Promise<{ readonly id: string; readonly key: string }> {
  const { uploadId: id, key } = parseAs(namedSchema, { ...c.req.query(), ...c.req.param() });
  await openUnderKey(service.uploadIds, { id, key }, c.get("caller"));
  return { id, key };
}

/** Parts as the clients name them; the ETag with quotes or without. */
export const namedPartsSchema = z.pipe(
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
);
