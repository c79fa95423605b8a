/** The body of `POST /v1/uploads`, and of each item of a batch. */
import * as z from "zod/mini";
import type { Intent } from "../grant/authorize.ts";
import { checksumSchema } from "../store/checksum.ts";
import { contentTypeSchema, filenameSchema, parseAs } from "./parse.ts";

/** A record drops a `__proto__` of its own without a word, so that one is refused first. */
const metadataSchema = z.pipe(
  z.unknown().check(
    z.refine((value) => !(value instanceof Object && Object.hasOwn(value, "__proto__")), {
      path: ["__proto__"],
      error: "is not allowed",
    }),
  ),
  z.record(z.string(), z.string()),
);

const uploadRequest = z.strictObject({
  policy: z.optional(z.string()),
  filename: z.optional(filenameSchema),
  contentType: contentTypeSchema,
  size: z.optional(z.int().check(z.nonnegative())),
  checksum: z.optional(checksumSchema),
  metadata: z.optional(metadataSchema),
  multipart: z.optional(z.boolean()),
  background: z.optional(z.boolean()),
});

/** Throws `invalid-request` with every fault. */
export function readIntent(value: unknown): Intent {
  return parseAs(uploadRequest, value);
}
