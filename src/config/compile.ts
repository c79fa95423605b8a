/** Compiles `presigner.config.ts` and the Worker's secrets, or reports every error at once. */
import type { Env } from "../secret.ts";
import type { Store } from "../store/store.ts";
import { asRecord } from "./as-record.ts";
import { checkAdminIssuers } from "./check-admin-issuers.ts";
import { compileIssuer } from "./compile-issuer.ts";
import { checkKeySpaces } from "./check-key-spaces.ts";
import type { KeySpace } from "./key-space.ts";
import { compileCredentialPolicy, givesCredentials } from "./compile-credential-policy.ts";
import { compilePolicy, type KnownStores } from "./compile-policy.ts";
import { checkRevocations } from "./check-revocations.ts";
import type { AuditPlan } from "./compile-proof.ts";
import { compileSecrets } from "./compile-secrets.ts";
import { checkSettings } from "./check-settings.ts";
import { compileStore } from "./compile-store.ts";
import type { Config, CredentialPolicy, Issuer, Policy } from "./config.ts";
import { ENVIRONMENT_VARIABLE, chooseEnvironment } from "./environment.ts";
import { ConfigurationError, ErrorCollector } from "./errors.ts";
import { addParents } from "./parent-credentials.ts";
import { parseFields } from "./fields.ts";
import { splitOrigins } from "./origins.ts";
import { settingsSchema } from "./schema.ts";

/** A configuration with what only its compiler needs to know. */
export interface Compiled {
  readonly config: Config;
  /** Also those that no policy uses. */
  readonly stores: ReadonlyMap<string, Store>;
  readonly webhookUrl: string | undefined;
  readonly audit: AuditPlan | undefined;
}

/** Returns the configuration. Throws `ConfigurationError` with every error, each with its path. */
export function compileConfig(definition: unknown, env: Env): Config {
  return compileAll(definition, env).config;
}

/** Returns the configuration and all of its stores. Throws as `compileConfig` does. */
export function compileAll(definition: unknown, env: Env): Compiled {
  const errors = new ErrorCollector();
  const {
    stores: storesIn,
    policies: policiesIn,
    issuers: issuersIn,
    ...rest
  } = chooseEnvironment(definition, env[ENVIRONMENT_VARIABLE], errors);
  const stores = compileStores(storesIn, env, errors.at("stores"));
  const declared = new Set(Object.keys(asRecord(storesIn)));
  const compiled = compilePolicies(policiesIn, { stores, declared }, errors.at("policies"));
  const { policies } = compiled;
  const credentialPolicies = addParents(compiled.credentialPolicies, env, errors);
  // An app with the hook `authenticate` needs none, which only `worker.ts` knows.
  const allIssuers =
    issuersIn === undefined ? [] : compileIssuers(issuersIn, env, errors.at("issuers"));

  const settings = parseFields(settingsSchema, rest, errors);
  checkSettings(settings, asRecord(policiesIn), errors);
  if (settings.get("revocations") === true)
    checkRevocations({ issuers: allIssuers, policies }, errors);
  const origins = settings.get("origins") ?? [];
  const webhookUrl = settings.get("webhook")?.url;
  const audit = settings.get("audit");
  const { keys, ...secrets } = compileSecrets(
    {
      stores: [...stores.values()],
      credentialPolicies,
      policies: [...policies.values()],
      issuers: allIssuers,
      origins,
      webhookUrl,
      audit,
    },
    env,
    errors,
  );
  if (errors.errors.length > 0 || !settings.all || !keys)
    throw new ConfigurationError(errors.errors);

  const { defaultPolicy, limits, logging, receipts, revocations, traces } = settings.all;
  const { expiresIn: expiresInSeconds, ...names } = receipts;
  const config = {
    ...splitOrigins(origins),
    ...splitIssuers(allIssuers),
    policies,
    credentialPolicies: new Map(credentialPolicies.map((policy) => [policy.name, policy])),
    defaultPolicy,
    limits,
    revocations,
    logging,
    traces,
    receipts: { ...names, expiresInSeconds, keys },
    ...secrets,
  };
  return { config, stores, webhookUrl, audit };
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

interface CompiledPolicies {
  readonly policies: ReadonlyMap<string, Policy>;
  readonly credentialPolicies: readonly Omit<CredentialPolicy, "parent">[];
}

function compilePolicies(
  value: unknown,
  known: KnownStores,
  errors: ErrorCollector,
): CompiledPolicies {
  const policies = new Map<string, Policy>();
  const credentialPolicies: CompiledPolicies["credentialPolicies"][number][] = [];
  const keySpaces: KeySpace[] = [];
  for (const [name, definition] of entriesOf(value, errors)) {
    const at = { known, errors: errors.at(name) };
    if (givesCredentials(definition)) {
      const { policy, keySpace } = compileCredentialPolicy(name, definition, at);
      if (policy) credentialPolicies.push(policy);
      if (keySpace) keySpaces.push(keySpace);
      continue;
    }
    const { policy, keySpace } = compilePolicy(name, definition, at);
    if (policy) policies.set(name, policy);
    if (keySpace) keySpaces.push(keySpace);
  }
  checkKeySpaces(keySpaces, errors);
  return { policies, credentialPolicies };
}

function compileIssuers(value: unknown, env: Env, errors: ErrorCollector): readonly Issuer[] {
  const issuers: Issuer[] = [];
  for (const [index, definition] of entriesOf(value, errors)) {
    const context = { env, earlier: issuers, index: Number(index) };
    const issuer = compileIssuer(definition, context, errors.at(index));
    if (issuer) issuers.push(issuer);
  }
  checkAdminIssuers(issuers, errors);
  return issuers;
}

function splitIssuers(all: readonly Issuer[]): Pick<Config, "issuers" | "adminIssuers"> {
  return {
    issuers: all.filter(({ admin }) => !admin),
    adminIssuers: all.filter(({ admin }) => admin),
  };
}

function entriesOf(
  value: unknown,
  errors: ErrorCollector,
): readonly (readonly [string, unknown])[] {
  const found = Object.entries(asRecord(value));
  if (found.length === 0) errors.add("must have at least one");
  return found;
}
