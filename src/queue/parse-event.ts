/** The body of a message → an event of a bucket (Cloudflare: "R2 event notifications"). */
import * as z from "zod/mini";
import { lazy } from "../lazy.ts";
import type { BucketEvent } from "../operation/bucket-event.ts";

const MAX_KEY_CHARACTERS = 1024;

const ACTIONS = [
  "PutObject",
  "CompleteMultipartUpload",
  "CopyObject",
  "DeleteObject",
  "LifecycleDeletion",
] as const;
const KINDS = {
  PutObject: "put",
  CompleteMultipartUpload: "multipart",
  CopyObject: "copy",
  DeleteObject: "delete",
  LifecycleDeletion: "delete",
} as const satisfies Readonly<Record<(typeof ACTIONS)[number], BucketEvent["kind"]>>;

/** Sizes, ETags and times are not read: the store is asked. */
const eventSchema = lazy(() => {
  const key = z.string().check(
    z.minLength(1),
    z.maxLength(MAX_KEY_CHARACTERS),
    z.refine((text) => text.isWellFormed()),
  );
  const bucket = z.string().check(z.minLength(1), z.maxLength(63));
  return z.object({
    account: z.string().check(z.maxLength(64)),
    action: z.enum(ACTIONS),
    bucket,
    object: z.object({ key }),
    copySource: z.optional(z.object({ bucket, object: key })),
  });
});

/** Returns the event, or the paths of what is wrong with the body. */
export function parseEvent(body: unknown): BucketEvent | { readonly errors: readonly string[] } {
  const { data, error } = eventSchema().safeParse(body);
  if (!data) return { errors: error.issues.map(({ path }) => path.join(".") || "body") };
  const { account, action, bucket, object, copySource } = data;
  return {
    kind: KINDS[action],
    account,
    bucket,
    key: object.key,
    ...(copySource && { source: { bucket: copySource.bucket, key: copySource.object } }),
  };
}
