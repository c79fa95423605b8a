/** The shape of `presigner.config.ts`, checked again when the isolate starts: types do not survive deployment. */
import * as z from "zod/mini";
import { messageOf } from "./schema-messages.ts";
import { CHECKSUM_ALGORITHMS } from "../store/checksum.ts";
import { PROVIDERS, type ProviderName } from "../store/provider.ts";
import { capabilitiesSchema } from "./capabilities.ts";
import { parseBytesRate, parseDuration, parseRate, parseSize } from "./units.ts";

z.config({ customError: messageOf });

/** A text or number with a unit, as a number; `says` shows how one is written. */
const quantity = <T>(parse: (value: unknown) => T | undefined, says: string) =>
  z.pipe(
    z.unknown(),
    z.transform((value, context): T => {
      const parsed = parse(value);
      if (parsed !== undefined) return parsed;
      const message = value === undefined ? "is required" : `must be ${says}`;
      context.issues.push({ code: "custom", message, input: value });
      return z.NEVER;
    }),
  );

const size = quantity(parseSize, 'a number of bytes or a text such as "5 MB" or "5 MiB"');
const duration = quantity(
  parseDuration,
  'a number of seconds or a text such as "90 s", "5 min", "2 h" or "7 days"',
);
const rate = quantity(parseRate, 'a text such as "120 / minute"');
const bytesRate = quantity(parseBytesRate, 'a text such as "1 GB / day"');

/** A header value that is sent as it stands (RFC 9110 section 5.5, visible ASCII). */
const headerValue = z
  .string()
  .check(
    z.regex(
      /^[\x21-\x7e]([\x20-\x7e]{0,1022}[\x21-\x7e])?$/,
      "must be visible ASCII, without spaces at the ends",
    ),
  );
const names = z.array(z.string().check(z.minLength(1))).check(z.minLength(1));
const oneOrMore = z.union([z.string().check(z.minLength(1)), names]);

export const storeSchema = z.strictObject({
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the keys' type
  provider: z.enum(Object.keys(PROVIDERS) as [ProviderName, ...ProviderName[]]),
  bucket: z
    .string()
    .check(
      z.regex(
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        "must be a bucket name: 3 to 63 of a-z, 0-9, hyphen and dot",
      ),
    ),
  region: z.optional(z.string()),
  account: z.optional(z.string()),
  jurisdiction: z.optional(z.enum(["eu", "fedramp"])),
  endpoint: z.optional(z.string()),
  publicEndpoint: z.optional(z.string()),
  addressing: z.optional(z.enum(["virtual-host", "path"])),
  copyGuard: z.optional(z.enum(["signed-empty", "none"])),
  capabilities: z.optional(capabilitiesSchema),
});

export const policySchema = z.strictObject({
  store: z.union([z.string(), z.record(z.string(), z.string())]),
  key: z.string(),
  types: z
    .array(
      z
        .string()
        .check(
          z.regex(
            /^(\*\/\*|[a-z0-9!#$&^_.+-]+\/(\*|[a-z0-9!#$&^_.+-]+))$/,
            'must be a type such as "image/png" or "image/*", in lower case',
          ),
        ),
    )
    .check(z.minLength(1)),
  maxBytes: size,
  minBytes: z.optional(size),
  expiresIn: z.optional(duration),
  backgroundExpiresIn: z.optional(duration),
  multipartFrom: z.optional(size),
  resumeWithin: z.optional(duration),
  download: z.optional(z.boolean()),
  delete: z.optional(z.boolean()),
  size: z.optional(z.enum(["required", "optional"])),
  overwrite: z.optional(z.boolean()),
  checksum: z.optional(
    z.union([z.literal("optional"), z.array(z.enum(CHECKSUM_ALGORITHMS)).check(z.minLength(1))]),
  ),
  metadata: z.optional(
    z.array(
      z
        .string()
        .check(z.regex(/^[a-z0-9](-?[a-z0-9]){0,63}$/, "must be a name of a-z, 0-9 and hyphen")),
    ),
  ),
  cacheControl: z.optional(headerValue),
  contentDisposition: z.optional(headerValue),
  storageClass: z.optional(z.string()),
  tags: z.optional(
    z.record(
      z.string().check(z.minLength(1), z.maxLength(128)),
      z.string().check(z.maxLength(256)),
    ),
  ),
  quota: z.optional(
    z.strictObject({
      uploads: z.optional(rate),
      bytes: z.optional(bytesRate),
      pending: z.optional(z.int().check(z.positive())),
    }),
  ),
  shared: z.optional(z.boolean()),
  allowContentTypeOnly: z.optional(z.boolean()),
});

export const issuerSchema = z.strictObject({
  kind: z.enum(["jwks", "shared-secret"]),
  issuer: oneOrMore,
  jwksUrl: z.optional(
    z.string().check(z.regex(/^https:\/\/[^/@\s]+(\/\S*)?$/, "must be an https URL")),
  ),
  algorithms: names,
  audience: z.optional(oneOrMore),
  claims: z.optional(z.record(z.string(), names)),
  userClaim: z.string().check(z.minLength(1)),
  userPrefix: z.optional(
    z.string().check(z.regex(/^[a-z0-9]{1,16}$/, "must be 1 to 16 of a-z and 0-9")),
  ),
  tokenHeader: z.optional(z.string()),
  typ: z.optional(z.string()),
  secret: z.optional(
    z
      .string()
      .check(z.regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of a secret, such as AUTH_SECRET")),
  ),
  dangerouslyAcceptAnyAudience: z.optional(z.boolean()),
});

export const restSchema = z.strictObject({
  origins: z.array(z.string()),
  defaultPolicy: z.optional(z.string()),
  webhook: z.optional(z.strictObject({ url: z.string() })),
  receipts: z.optional(
    z.strictObject({
      issuer: z.optional(z.string().check(z.minLength(1))),
      audience: z.optional(z.string().check(z.minLength(1))),
      expiresIn: z.optional(duration),
    }),
  ),
  limits: z.optional(z.strictObject({ perAddress: z.optional(rate), perCaller: z.optional(rate) })),
});
