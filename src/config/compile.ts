/** Compiles `presigner.config.ts` and the Worker's secrets, or reports every error at once. */
import { readSecret, type Env, type Secret } from "../secret.ts";
import type { Store } from "../store/store.ts";
import { asRecord } from "./as-record.ts";
import { compileIdSecrets } from "./compile-id-secrets.ts";
import { compileIssuer } from "./compile-issuer.ts";
import { checkKeySpaces, type KeySpace } from "./check-key-spaces.ts";
import { compilePolicy } from "./compile-policy.ts";
import { compileReceiptKeys, compileWebhook } from "./compile-proof.ts";
import { checkSecrets } from "./check-secrets.ts";
import { checkSettings } from "./check-settings.ts";
import { compileStore } from "./compile-store.ts";
import type { Config, Issuer, Policy } from "./config.ts";
import { ENVIRONMENT_VARIABLE, chooseEnvironment } from "./environment.ts";
import { ConfigurationError, ErrorCollector } from "./errors.ts";
import { parseFields } from "./fields.ts";
import { settingsSchema } from "./schema.ts";

const PROOF_SECRETS = ["RECEIPT_PRIVATE_KEY", "WEBHOOK_SECRET"];

/** Returns the configuration. Throws `ConfigurationError` with every error, each with its path. */
export function compileConfig(definition: unknown, env: Env): Config {
  const errors = new ErrorCollector();
  const {
    stores: storesIn,
    policies: policiesIn,
    issuers: issuersIn,
    ...rest
  } = chooseEnvironment(definition, env[ENVIRONMENT_VARIABLE], errors);
  const stores = compileStores(storesIn, env, errors.at("stores"));
  const declared = new Set(Object.keys(asRecord(storesIn)));
  const policies = compilePolicies(policiesIn, { stores, declared }, errors.at("policies"));
  const issuers = compileIssuers(issuersIn, env, errors.at("issuers"));

  const settings = parseFields(settingsSchema, rest, errors);
  checkSettings(settings, new Set(Object.keys(asRecord(policiesIn))), errors);
  const idSecrets = compileIdSecrets(env, errors);
  const keys = compileReceiptKeys(env, errors);
  const isLocal = [...stores.values()].some(({ origin }) => origin === undefined);
  const webhook = compileWebhook(settings.get("webhook")?.url, { env, isLocal }, errors);
  const anyPort = (settings.get("origins") ?? []).filter((origin) => origin.endsWith(":*"));
  const isDevelopment = anyPort.length > 0 || isLocal;
  const purposes = [
    secretKeysOf([...stores.values()]),
    ...issuers.flatMap((issuer) => (issuer.kind === "shared-secret" ? [[issuer.secret]] : [])),
    [idSecrets.current, ...(idSecrets.previous ? [idSecrets.previous.secret] : [])],
    ...PROOF_SECRETS.map((name) => [readSecret(env, name) ?? []].flat()),
  ];
  checkSecrets(purposes, isDevelopment, errors.at("secrets"));
  if (errors.errors.length > 0 || !settings.all || !keys)
    throw new ConfigurationError(errors.errors);

  const { origins, defaultPolicy, receipts, limits } = settings.all;
  return {
    origins: new Set(origins.filter((origin) => !origin.endsWith(":*"))),
    anyPortOrigins: new Set(anyPort.map((origin) => origin.slice(0, -":*".length))),
    issuers,
    policies,
    defaultPolicy,
    limits,
    idSecrets,
    receipts: {
      issuer: receipts.issuer,
      audience: receipts.audience,
      expiresInSeconds: receipts.expiresIn,
      keys,
    },
    webhook,
    isDevelopment,
  };
}

/** The keys that sign, without their ids, which are no secret. */
function secretKeysOf(stores: readonly Store[]): readonly Secret[] {
  return stores.flatMap(({ credentials, readCredentials }) => [
    credentials.secretAccessKey,
    readCredentials.secretAccessKey,
  ]);
}

function compileStores(
  value: unknown,
  env: Env,
  errors: ErrorCollector,
): ReadonlyMap<string, Store> {
  const stores = new Map<string, Store>();
  for (const [name, definition] of entriesOf(value, errors)) {
    const store = compileStore(name, definition, { env, errors: errors.at(name) });
    if (store) stores.set(name, store);
  }
  return stores;
}

function compilePolicies(
  value: unknown,
  known: Parameters<typeof compilePolicy>[2]["known"],
  errors: ErrorCollector,
): ReadonlyMap<string, Policy> {
  const policies = new Map<string, Policy>();
  const keySpaces: KeySpace[] = [];
  for (const [name, definition] of entriesOf(value, errors)) {
    const { policy, keySpace } = compilePolicy(name, definition, {
      known,
      errors: errors.at(name),
    });
    if (policy) policies.set(name, policy);
    if (keySpace) keySpaces.push(keySpace);
  }
  checkKeySpaces(keySpaces, errors);
  return policies;
}

function compileIssuers(value: unknown, env: Env, errors: ErrorCollector): readonly Issuer[] {
  const issuers: Issuer[] = [];
  for (const [index, definition] of entriesOf(value, errors)) {
    const issuer = compileIssuer(definition, { env, earlier: issuers }, errors.at(index));
    if (issuer) issuers.push(issuer);
  }
  return issuers;
}

function entriesOf(
  value: unknown,
  errors: ErrorCollector,
): readonly (readonly [string, unknown])[] {
  const found = Object.entries(asRecord(value));
  if (found.length === 0) errors.add("must have at least one");
  return found;
}
