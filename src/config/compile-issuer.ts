/** Compiles an issuer: who may sign tokens, and with which keys. */
import type { Env } from "../secret.ts";
import type { Issuer, IssuerRules } from "./config.ts";
import type { ErrorCollector } from "./errors.ts";
import { checkAdminFields } from "./check-admin-issuers.ts";
import { SESSION_ISSUER } from "./session-issuer.ts";
import { parseFields, type Fields } from "./fields.ts";
import {
  issuerKindSchema,
  jwksIssuerSchema,
  sharedSecretIssuerSchema,
  type CommonFields,
  type Preset,
} from "./issuer-schema.ts";
import { requireSharedSecret } from "./shared-secret.ts";

interface IssuerContext {
  readonly env: Env;
  /** The issuers before it in the configuration. */
  readonly earlier: readonly Issuer[];
  readonly index: number;
}

/** A host with a dot, and a path without empty segments. A preset makes another address from a URL or an incomplete name. */
const ADDRESS =
  /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?(\/(?!\.(?!well-known))[^/\s]+)*\/?$/i;

/** Returns the issuer, or `undefined` with each error collected. */
export function compileIssuer(
  value: unknown,
  context: IssuerContext,
  errors: ErrorCollector,
): Issuer | undefined {
  const parsed = errors.parse(issuerKindSchema, value);
  if (!parsed) return undefined;
  return parsed.kind === "jwks"
    ? compileJwksIssuer(value, { ...context, preset: parsed.preset }, errors)
    : compileSharedSecretIssuer(value, context, errors);
}

function compileJwksIssuer(
  value: unknown,
  { preset, ...context }: IssuerContext & { readonly preset: Preset | undefined },
  errors: ErrorCollector,
): Issuer | undefined {
  const ownNames = preset ? errors.renaming(preset.options) : errors;
  const fields = parseFields(jwksIssuerSchema, value, ownNames);
  fields.check(({ issuer, jwksUrl }) => {
    for (const [field, address] of addressesOf(issuer, jwksUrl)) {
      const isHttps = /^https:\/\/[^/@\s]+(\/\S*)?$/.test(address);
      if (preset && !ADDRESS.test(address))
        errors.at(preset.address).add(`must be ${preset.example}`);
      else if (field === "jwksUrl" && !isHttps) errors.at(field).add("must be an https URL");
      else if (isHttps && !ADDRESS.test(address))
        errors.at(field).add(`${address} is not the address of an issuer: check its host and path`);
    }
  });
  checkRules(fields, context, ownNames);
  return fields.all && { ...fields.all, ...rulesOf(fields.all, context) };
}

function addressesOf(
  issuer: string | readonly string[],
  jwksUrl: string,
): readonly (readonly ["issuer" | "jwksUrl", string])[] {
  // Google's other `iss` is a bare host.
  const urls = listOf(issuer).filter((iss) => iss.startsWith("https:"));
  return [...urls.map((iss) => ["issuer", iss] as const), ["jwksUrl", jwksUrl]];
}

function compileSharedSecretIssuer(
  value: unknown,
  context: IssuerContext,
  errors: ErrorCollector,
): Issuer | undefined {
  const fields = parseFields(sharedSecretIssuerSchema, value, errors);
  checkRules(fields, context, errors);
  const name = fields.get("secret");
  if (name === undefined) return undefined;
  const secret = requireSharedSecret(context.env, name, errors);
  return fields.all && { ...fields.all, ...rulesOf(fields.all, context), secret };
}

/** Checks what concerns both kinds of issuer. */
function checkRules(
  fields: Fields<CommonFields>,
  { earlier }: IssuerContext,
  errors: ErrorCollector,
): void {
  const isAdmin = fields.get("admin") === true;
  const alike = earlier.filter(({ admin }) => admin === isAdmin);
  if (isAdmin) checkAdminFields(fields, errors);
  fields.check(({ audience, claims, dangerouslyAcceptAnyAudience: isAnyAccepted }) => {
    if (isAdmin || audience !== undefined || Object.keys(claims).length > 0 || isAnyAccepted)
      return;
    const detail = "is required: without it a token made for any other application is accepted";
    errors.at("audience").add(detail);
  });
  fields.check(({ issuer }) => {
    for (const iss of listOf(issuer)) {
      if (alike.some(({ issuers }) => issuers.includes(iss)))
        errors.at("issuer").add(`${iss} is listed twice`);
      if (iss === SESSION_ISSUER)
        errors.at("issuer").add("is the name of the app's own sessions: use another one");
    }
  });
  fields.check(({ userPrefix }) => {
    if (isAdmin || !alike.some((other) => other.userPrefix === userPrefix)) return;
    errors
      .at("userPrefix")
      .add("must differ from the other issuers', so that two users with one id share no prefix");
  });
}

function rulesOf(
  { issuer, audience, ...rules }: CommonFields,
  { index }: Pick<IssuerContext, "index">,
): IssuerRules {
  const audiences = audience === undefined ? undefined : listOf(audience);
  return { ...rules, issuers: listOf(issuer), audiences, index };
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
