/** The fields of an issuer of tokens: one with published keys (a JWK Set), or one with a shared secret. */
import * as z from "zod/mini";

const names = z.array(z.string().check(z.minLength(1))).check(z.minLength(1));
const oneOrMore = z.union([z.string().check(z.minLength(1)), names]);

/** RFC 7518 and RFC 8037: never symmetric and asymmetric keys in one issuer (ASVS 9.1.2). */
const asymmetric = z.enum(
  [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
  ],
  "must be an algorithm of published keys, such as RS256 or ES256",
);

const common = {
  /** The `iss` values that are accepted; the first one names the issuer. */
  issuer: oneOrMore,
  /** The claim that is the user's stable id. */
  userClaim: z.string().check(z.minLength(1)),
  /** Separates the users of this issuer from those of another: required for all but one. */
  userPrefix: z.optional(
    z.string().check(z.regex(/^[a-z0-9]{1,16}$/, "must be 1 to 16 of a-z and 0-9")),
  ),
  audience: z.optional(oneOrMore),
  /** Claims that must have one of these values. */
  claims: z._default(z.record(z.string(), names), {}),
  /** A header that carries the bare token where there is no `Authorization`. */
  tokenHeader: z.optional(z.string()),
  typ: z.optional(z.string()),
  /** Accepts a token that the issuer made for any other application. */
  dangerouslyAcceptAnyAudience: z._default(z.boolean(), false),
  /** `true` for tokens of admins: they open `/v1/admin`, and nothing else. */
  admin: z._default(z.boolean(), false),
};

/** The options of the preset that wrote the fields: an error names the option that its author wrote. */
const preset = z.strictObject({
  /** From field to option. */
  options: z.record(z.string(), z.string()),
  /** The option that the addresses are made from. */
  address: z.string(),
  example: z.string(),
});

export const jwksIssuerSchema = z.strictObject({
  ...common,
  kind: z.literal("jwks"),
  /** Where the issuer publishes its keys (RFC 7517). */
  jwksUrl: z.string(),
  algorithms: z.array(asymmetric).check(z.minLength(1)),
  preset: z.optional(preset),
});

export const sharedSecretIssuerSchema = z.strictObject({
  ...common,
  kind: z.literal("shared-secret"),
  algorithms: z
    .array(z.literal("HS256", "must be HS256, the algorithm of a shared secret"))
    .check(z.minLength(1)),
  /** The name of the Worker's secret. */
  secret: z
    .string()
    .check(z.regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of a secret, such as AUTH_SECRET")),
});

export const issuerKindSchema = z.looseObject({
  kind: z.enum(["jwks", "shared-secret"]),
  preset: z.optional(preset),
});
export type Preset = z.output<typeof preset>;

export type CommonFields = z.output<z.ZodMiniObject<typeof common, z.core.$strict>>;
