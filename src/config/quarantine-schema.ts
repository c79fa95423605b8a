/** The field `quarantine` of a policy: docs/quarantine.md. */
import * as z from "zod/mini";

/** What is looked at before an object is promoted. */
const CHECKS = ["magic"] as const;

/** By its end the command line knows which form the secret has. */
export const SCANNER_SECRET_NAME = /^([A-Z0-9]{1,32}_){0,4}SCANNER_SECRET$/;

const scannerSchema = z.strictObject({
  /** Where it is asked: an https URL. Either this or `binding`. */
  url: z.optional(z.string()),
  /** The name of a service binding in wrangler.toml. */
  binding: z.optional(
    z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be a name such as "SCANNER"')),
  ),
  /** The name of the secret that signs each request (Standard Webhooks): it ends with `SCANNER_SECRET`. */
  secret: z._default(
    z
      .string()
      .check(z.regex(SCANNER_SECRET_NAME, 'must be "SCANNER_SECRET", or end with _SCANNER_SECRET')),
    "SCANNER_SECRET",
  ),
});

export const quarantineSchema = z.strictObject({
  /** What stands before the final key until the file is promoted: folders, such as `pending/`. */
  prefix: z._default(
    z
      .string()
      .check(
        z.regex(
          /^(?:(?!\.{1,2}\/)[A-Za-z0-9_.-]{1,64}\/){1,4}$/,
          'must be folders of A-Z, a-z, 0-9, "_", "." and "-", such as "pending/"',
        ),
      ),
    "pending/",
  ),
  /** `"magic"`: the first bytes must be those of the granted type. */
  verify: z._default(z.array(z.enum(CHECKS)), ["magic"]),
  /** What decides whether the file is clean. */
  scanner: z.optional(scannerSchema),
});

export type Quarantine = Readonly<z.output<typeof quarantineSchema>>;
/** Of `url` and `binding` it has exactly one. */
export type ScannerSettings = NonNullable<Quarantine["scanner"]>;
