/** `presigner.config.ts` and the Worker's secrets → `Config`, or every mistake at once. */
import { readSecret, type Env } from "../secret.ts";
import { compileIssuer } from "./compile-issuer.ts";
import { compilePolicy, findReach } from "./compile-policy.ts";
import { compileStore } from "./compile-store.ts";
import type { Config, Issuer, Policy, Store } from "./config.ts";
import { ConfigurationError, Mistakes } from "./errors.ts";
import { compileReceiptKey, compileWebhook } from "./compile-proof.ts";
import { issuerSchema, policySchema, restSchema, storeSchema } from "./schema.ts";

const DEFAULT_LIMITS = {
  perAddress: { limit: 600, windowSeconds: 60 },
  perCaller: { limit: 120, windowSeconds: 60 },
} as const;
/** The secrets under an HMAC-SHA-256 have at least 256 bits. */
const MIN_SECRET_CHARACTERS = 32;
const A_MINUTE = 60;
const AN_HOUR = 3600;

/** Throws `ConfigurationError` with every mistake, each with its path. */
export function compileConfig(definition: unknown, env: Env): Config {
  const mistakes = new Mistakes();
  const {
    stores: storesIn,
    policies: policiesIn,
    issuers: issuersIn,
    ...restIn
  } = asRecord(definition);

  const stores = new Map<string, Store>();
  for (const [name, value] of entries(storesIn, mistakes.at("stores"))) {
    const at = mistakes.at("stores").at(name);
    const parsed = at.parse(storeSchema, value);
    const store = parsed && compileStore(name, parsed, env, at);
    if (store) stores.set(name, store);
  }

  const known = { stores, declared: new Set(Object.keys(asRecord(storesIn))) };
  const policies = new Map<string, Policy>();
  for (const [name, value] of entries(policiesIn, mistakes.at("policies"))) {
    const at = mistakes.at("policies").at(name);
    const parsed = at.parse(policySchema, value);
    const policy = parsed && compilePolicy(name, parsed, known, at);
    if (policy) policies.set(name, policy);
  }
  findReach([...policies.values()], mistakes.at("policies"));

  const issuers: Issuer[] = [];
  for (const [index, value] of entries(issuersIn, mistakes.at("issuers"))) {
    const at = mistakes.at("issuers").at(index);
    const parsed = at.parse(issuerSchema, value);
    const issuer = parsed && compileIssuer(parsed, { env, earlier: issuers }, at);
    if (issuer) issuers.push(issuer);
  }

  const rest = mistakes.parse(restSchema, restIn);
  for (const [name, limit] of Object.entries(rest?.limits ?? {})) {
    if (limit && limit.windowSeconds !== A_MINUTE) {
      mistakes
        .at("limits")
        .at(name)
        .add('must be per minute, which is what the bindings can count: "120 / minute"');
    }
  }
  const origins = rest?.origins ?? [];
  for (const [index, origin] of origins.entries())
    checkOrigin(origin, mistakes.at("origins").at(index));
  if (
    rest?.defaultPolicy !== undefined &&
    !Object.hasOwn(asRecord(policiesIn), rest.defaultPolicy)
  ) {
    mistakes.at("defaultPolicy").add(`there is no policy "${rest.defaultPolicy}"`);
  }
  const uploadIdSecret = mistakes.requireSecret(env, "UPLOAD_ID_SECRET", MIN_SECRET_CHARACTERS);
  const previousIdSecret = readSecret(env, "UPLOAD_ID_SECRET_PREVIOUS");
  const receiptKey = compileReceiptKey(env, mistakes);
  const isLocal = [...stores.values()].some(({ origin }) => origin === undefined);
  const webhook = compileWebhook(rest?.webhook?.url, { env, isLocal }, mistakes);
  if (mistakes.found.length > 0 || !uploadIdSecret || !receiptKey) {
    throw new ConfigurationError(mistakes.found);
  }

  const anyPort = origins.filter((origin) => origin.endsWith(":*"));
  return {
    origins: new Set(origins.filter((origin) => !origin.endsWith(":*"))),
    anyPortOrigins: new Set(anyPort.map((origin) => origin.slice(0, -":*".length))),
    issuers,
    policies,
    defaultPolicy: rest?.defaultPolicy,
    limits: {
      perAddress: rest?.limits?.perAddress ?? DEFAULT_LIMITS.perAddress,
      perCaller: rest?.limits?.perCaller ?? DEFAULT_LIMITS.perCaller,
    },
    uploadIdSecrets: previousIdSecret ? [uploadIdSecret, previousIdSecret] : [uploadIdSecret],
    receipt: {
      issuer: rest?.receipts?.issuer ?? "edge-presigner",
      audience: rest?.receipts?.audience ?? "edge-presigner",
      expiresInSeconds: rest?.receipts?.expiresIn ?? AN_HOUR,
      key: receiptKey,
    },
    webhook,
    isDevelopment: anyPort.length > 0 || isLocal,
  };
}

/** Exact origins (RFC 6454); a wildcard port on a loopback host, for development. */
function checkOrigin(origin: string, at: Mistakes): void {
  const isExact = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(:\d{1,5})?$/.test(origin);
  const isLoopback = /^http:\/\/(localhost|127\.0\.0\.1)(:(\d{1,5}|\*))?$/.test(origin);
  if (isLoopback || (isExact && !origin.startsWith("http://"))) return;
  at.add(
    `"${origin}" must be an exact https origin without a path, such as https://app.example.com`,
  );
}

function entries(value: unknown, at: Mistakes): readonly (readonly [string, unknown])[] {
  const found = Object.entries(asRecord(value));
  if (found.length === 0) at.add("must have at least one");
  return found;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
