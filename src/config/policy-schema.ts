/** The fields of a policy: each is written here once, for authors, for the check, and for the code that applies it. */
import * as z from "zod/mini";
import { CHECKSUM_ALGORITHMS } from "../store/checksum.ts";
import { bytesRate, duration, rate, size } from "./quantity.ts";
import { quarantineSchema } from "./quarantine-schema.ts";

/** A header value that is sent as it is written (RFC 9110 section 5.5, visible ASCII). */
const headerValue = z
  .string()
  .check(
    z.regex(
      /^[\x21-\x7e]([\x20-\x7e]{0,1022}[\x21-\x7e])?$/,
      "must be visible ASCII, without spaces at the ends",
    ),
  );
const typePattern = z
  .string()
  .check(
    z.regex(
      /^(\*\/\*|[a-z0-9!#$&^_.+-]+\/(\*|[a-z0-9!#$&^_.+-]+))$/,
      'must be a type such as "image/png" or "image/*", in lower case',
    ),
  );
const metadataName = z
  .string()
  .check(z.regex(/^[a-z0-9](-?[a-z0-9]){0,63}$/, "must be a name of a-z, 0-9 and hyphen"));

const FIVE_MINUTES = 300;
const SEVEN_DAYS = 604_800;
/** A ledger has a row for each object. */
export const MAX_OBJECTS = 1_000_000;

/** Parsed sizes are in bytes, and parsed durations in seconds. */
export const policySchema = z.strictObject({
  /** A store's name, or one for each region of the caller: a country (`KR`), a continent (`AF AN AS EU NA OC SA`), and `default`. */
  store: z.union([z.string(), z.record(z.string(), z.string())]),
  /** `{user} {id} {ext} {name} {yyyy} {mm} {dd} {claim.x}` between slashes. */
  key: z.string(),
  /** `image/png`, `image/*`, `*\/*`. A type that a browser would run is allowed only by its own name. */
  types: z.array(typePattern).check(z.minLength(1)),
  maxBytes: size(),
  /** 1 by default: an empty file is refused. */
  minBytes: z._default(size(), 1),
  /** How long a ticket can be used: 5 minutes by default. */
  expiresIn: z._default(duration(), FIVE_MINUTES),
  /** How long a ticket can be used that was requested with `background: true`. Without it there are none. */
  backgroundExpiresIn: z.optional(duration()),
  /** `true` ends every ticket with the token that asked for it, if not earlier. */
  expiresWithToken: z._default(z.boolean(), false),
  /** Files of this size and more are multipart uploads. So are others, where a client asks for it. */
  multipartFrom: z.optional(size()),
  /** How long a multipart upload can be resumed: 7 days by default. */
  resumeWithin: z._default(duration(), SEVEN_DAYS),
  /** `true` gives callers tickets to read what is in their own prefix. */
  download: z._default(z.boolean(), false),
  /** `true` lets callers delete what is in their own prefix. */
  delete: z._default(z.boolean(), false),
  /** `"optional"` lets a client leave the size out, and then nothing limits the body. */
  size: z._default(z.enum(["required", "optional"]), "required"),
  /** `true` lets a ticket replace an object, and be used again until it expires. */
  overwrite: z._default(z.boolean(), false),
  /** The algorithms of which one is required, or `"optional"`. */
  checksum: z._default(
    z.union([z.literal("optional"), z.array(z.enum(CHECKSUM_ALGORITHMS)).check(z.minLength(1))]),
    "optional",
  ),
  /** The names of the metadata that a client may set. */
  metadata: z._default(z.array(metadataName), []),
  cacheControl: z.optional(headerValue),
  contentDisposition: z.optional(headerValue),
  storageClass: z.optional(z.string()),
  tags: z.optional(
    z.record(
      z.string().check(z.minLength(1), z.maxLength(128)),
      z.string().check(z.maxLength(256)),
    ),
  ),
  /** Exact limits for each caller, kept by a Durable Object; `{}` only keeps a record of each upload. */
  quota: z.optional(
    z.strictObject({
      uploads: z.optional(rate()),
      bytes: z.optional(bytesRate()),
      /** How many uploads may be pending at once. */
      pending: z.optional(z.int().check(z.positive())),
      /** How many bytes may be stored at once: completed ones, less deleted ones. */
      stored: z.optional(size()),
      /** How many objects may be stored at once, at most 1,000,000, which `stored` implies. */
      objects: z.optional(z.int().check(z.positive(), z.maximum(MAX_OBJECTS))),
    }),
  ),
  /** Whose the quota is: `"{claim.org}"` for all callers with one value of a claim. Each caller's own by default. */
  quotaFor: z.optional(
    z
      .string()
      .check(
        z.regex(/^\{claim\.[A-Za-z0-9_]{1,64}\}$/, 'must be one claim, such as "{claim.org}"'),
      ),
  ),
  /** Where a file stays until its content is checked. It implies `quota: {}`. */
  quarantine: z.optional(quarantineSchema),
  /** `true` where the key has no `{user}`: all callers share one prefix. */
  shared: z._default(z.boolean(), false),
  /**
   * `true` makes `GET /presigned-url` return a ticket that needs no header but Content-Type, for
   * clients that can send no other. Such a ticket can be used again until it expires.
   */
  allowContentTypeOnly: z._default(z.boolean(), false),
  /**
   * `true` makes Uppy's `/s3/params` return a POST form, which Uppy 6 needs without its helper. A form can be
   * used again until it expires, so that `overwrite: true` is needed.
   */
  postForm: z._default(z.boolean(), false),
});

export type PolicyFields = Readonly<z.output<typeof policySchema>>;
/** Exact limits of one policy for each caller: any of them, or none and only a record of each upload. */
export type Quota = Readonly<NonNullable<PolicyFields["quota"]>>;
