/** One issuer's definition → who may sign tokens, and with which keys. */
import type * as z from "zod/mini";
import type { Env } from "../secret.ts";
import type { Issuer } from "./config.ts";
import type { Mistakes } from "./errors.ts";
import type { issuerSchema } from "./schema.ts";

type Definition = z.output<typeof issuerSchema>;

interface Surroundings {
  readonly env: Env;
  readonly earlier: readonly Issuer[];
}

/** RFC 7518 and RFC 8037: never symmetric and asymmetric in one issuer (ASVS 9.1.2). */
const ASYMMETRIC = new Set([
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
]);
/** What a preset makes of a bare host or name: one host with a dot, and no empty step in the path. */
const ADDRESS =
  /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?(\/(?!\.(?!well-known))[^/\s]+)*\/?$/i;
/** RFC 7518 section 3.2: a key for HS256 has at least 256 bits. */
const MIN_SECRET_CHARACTERS = 32;

/** The compiled issuer, or `undefined` with each mistake collected. */
export function compileIssuer(
  definition: Definition,
  { env, earlier }: Surroundings,
  at: Mistakes,
): Issuer | undefined {
  const before = at.found.length;
  const issuers = listOf(definition.issuer);
  const audiences = definition.audience === undefined ? undefined : listOf(definition.audience);
  const isShared = definition.kind === "shared-secret";

  for (const algorithm of definition.algorithms) {
    const fits = isShared ? algorithm === "HS256" : ASYMMETRIC.has(algorithm);
    if (!fits)
      at.at("algorithms").add(
        `${algorithm} does not go with ${isShared ? "a shared secret" : "published keys"}`,
      );
  }
  if (!isShared && !definition.jwksUrl) at.at("jwksUrl").add("is missing");
  if (!audiences && !definition.claims && !definition.dangerouslyAcceptAnyAudience) {
    at.at("audience").add(
      "is missing: without it a token made for any other application is accepted",
    );
  }
  for (const address of isShared ? [] : [...issuers, definition.jwksUrl ?? ""]) {
    if (address.startsWith("https:") && !ADDRESS.test(address)) {
      at.at("issuer").add(
        `${address} is no address: name a bare host, such as acme.eu.auth0.com, or the bare name of the project`,
      );
    }
  }
  for (const iss of issuers) {
    if (earlier.some((other) => other.issuers.includes(iss)))
      at.at("issuer").add(`${iss} stands twice`);
  }
  if (earlier.some((other) => other.userPrefix === definition.userPrefix)) {
    at.at("userPrefix").add(
      "must differ from the other issuers', so that two users with one id share no prefix",
    );
  }
  const secret = isShared
    ? at.requireSecret(env, definition.secret ?? "AUTH_SECRET", MIN_SECRET_CHARACTERS)
    : undefined;
  if (at.found.length > before) return undefined;
  const { algorithms, claims = {}, userClaim, userPrefix, tokenHeader, typ, jwksUrl } = definition;
  return {
    issuers,
    audiences,
    algorithms,
    claims,
    userClaim,
    userPrefix,
    tokenHeader,
    typ,
    jwksUrl,
    secret,
  };
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
