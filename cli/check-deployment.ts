/** Checks that presigner.config.ts and wrangler.toml agree, before they are deployed. */
import { compileConfig } from "../src/config/compile.ts";
import type { Config } from "../src/config/config.ts";
import { findMissingBindings, type BindingKind } from "../src/compose/find-missing-bindings.ts";
import { needsLedger } from "../src/config/needs-ledger.ts";
import type { RateLimit } from "../src/config/units.ts";
import { chooseEnvironment } from "../src/config/environment.ts";
import { ConfigurationError, ErrorCollector, type ConfigError } from "../src/config/errors.ts";
import { pasteLedger, pasteQueue, pasteRateLimit, pasteSecrets, pasteService } from "./paste.ts";
import { findWarnings } from "./config-warnings.ts";
import { findExampleValues } from "./example-values.ts";
import { requiredSecretsOf, placeholdersFor } from "./placeholder-secrets.ts";

/** The settings of wrangler.toml that the configuration must match. */
export interface Deployment {
  /** The name of the environment in wrangler.toml; production has none. */
  readonly name?: string | undefined;
  readonly requiredSecrets: readonly string[];
  /** The bindings of the Secrets Store, by their names. */
  readonly storedSecrets?: Readonly<Record<string, StoredSecret>>;
  readonly rateLimits: Readonly<Record<string, RateLimit>>;
  /** The names of the bindings of queues and of other Workers. */
  readonly bindings: Readonly<Record<BindingKind, readonly string[]>>;
  /** Whether the binding `LEDGER` has a class that a migration creates. */
  readonly hasLedger: boolean;
  /** The value of the variable `ENVIRONMENT`; production has none. */
  readonly environment?: unknown;
}

/** Where the value of a binding is in the Secrets Store. */
export interface StoredSecret {
  readonly storeId: string;
  readonly secretName: string;
}

export interface Finding extends ConfigError {
  /** What to add to wrangler.toml. */
  readonly paste?: string;
}

/** What is wrong, and what is allowed but gives something up. */
export interface Checked {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Returns every error of the configuration and of wrangler.toml. Without errors it can be deployed. */
export function checkDeployment(written: unknown, deployment: Deployment): Checked {
  const choice = new ErrorCollector();
  const definition = chooseEnvironment(written, deployment.environment, choice);
  const secrets = requiredSecretsOf(definition);
  const read = new Set<string>();
  const compiled = compile(definition, recordReads(placeholdersFor(secrets), read));
  const examples = findExampleValues(definition);
  // An example value is reported once: that it is not valid either is only a consequence.
  const isExample = ({ path }: ConfigError) => examples.some((one) => one.path === path);
  const errors = [...choice.errors, ...examples, ...checkSecrets(secrets, read, deployment)];
  if (compiled instanceof ConfigurationError) {
    const others = compiled.errors.filter((error) => !isExample(error));
    return { errors: [...errors, ...others], warnings: [] };
  }
  return {
    errors: [...errors, ...checkConfig(compiled, deployment)],
    warnings: findWarnings(compiled),
  };
}

function checkConfig(config: Config, deployment: Deployment): readonly Finding[] {
  const { isDevelopment, limits } = config;
  const detail =
    "is a development configuration: remove the embedded store (local) and origins with any port (:*)";
  return [
    ...(isDevelopment ? [{ path: "presigner.config.ts", detail }] : []),
    ...(deployment.hasLedger ? [] : missingLedger(config, deployment)),
    ...missingBindings(config, deployment),
    ...checkLimit("perAddress", limits.perAddress, deployment),
    ...checkLimit("perCaller", limits.perCaller, deployment),
  ];
}

function missingLedger(
  config: Pick<Config, "policies" | "revocations">,
  { name }: Deployment,
): readonly Finding[] {
  const reason = needsLedger(config);
  if (reason === undefined) return [];
  const detail = `bind LEDGER to a class that a migration creates (new_sqlite_classes): ${reason}`;
  const paste = pasteLedger(name);
  return [{ path: "wrangler.toml: durable_objects.bindings", detail, paste }];
}

function missingBindings(config: Config, { name, bindings }: Deployment): readonly Finding[] {
  const missing = findMissingBindings(config, (kind, binding) => bindings[kind].includes(binding));
  return missing.map(({ kind, binding, path, detail }) => {
    const paste = kind === "services" ? pasteService(name, binding) : pasteQueue(name, binding);
    return { path, detail, paste };
  });
}

function compile(
  definition: unknown,
  env: Readonly<Record<string, string>>,
): Config | ConfigurationError {
  try {
    return compileConfig(definition, env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}

/** Returns a copy of `env` that adds each name that is read, also those of optional secrets, to `read`. */
function recordReads(
  env: Readonly<Record<string, string>>,
  read: Set<string>,
): Readonly<Record<string, string>> {
  return new Proxy(env, {
    get: (target, name) => {
      read.add(String(name));
      return Reflect.get(target, name) as unknown;
    },
  });
}

function checkSecrets(
  needed: readonly string[],
  read: ReadonlySet<string>,
  { name: environment, requiredSecrets: required, storedSecrets: stored = {} }: Deployment,
): readonly Finding[] {
  const path = "wrangler.toml: secrets.required";
  // The other secrets of a key pair are read only if its access key id is set.
  const isRead = (name: string) =>
    read.has(name) ||
    read.has(name.replace(/_(SECRET_ACCESS_KEY|SESSION_TOKEN)$/, "_ACCESS_KEY_ID"));
  const missing = needed.filter((name) => !required.includes(name) && !(name in stored));
  if (required.length === 0 && missing.length > 0) {
    const detail = "is missing: list the secrets that the configuration needs";
    return [{ path, detail, paste: pasteSecrets(environment, missing) }];
  }
  return [
    ...missing.map((name) => ({ path, detail: `add "${name}"` })),
    ...required
      .filter((name) => !isRead(name))
      .map((name) => ({ path, detail: `remove "${name}": the configuration does not use it` })),
  ];
}

const BINDINGS = { perAddress: "RATE_LIMIT_ADDRESS", perCaller: "RATE_LIMIT_CALLER" } as const;

function checkLimit(
  field: keyof typeof BINDINGS,
  limit: RateLimit,
  { name, rateLimits }: Deployment,
): readonly Finding[] {
  const path = `limits.${field}`;
  const binding = rateLimits[BINDINGS[field]];
  const rate = `${limit.limit} requests in ${limit.windowSeconds} seconds`;
  if (!binding) {
    const detail = `is ${rate}, but wrangler.toml has no binding ${BINDINGS[field]}, and nothing counts: add it`;
    return [{ path, detail, paste: pasteRateLimit(name, BINDINGS[field], limit) }];
  }
  if (binding.limit === limit.limit && binding.windowSeconds === limit.windowSeconds) return [];
  const detail = `is ${rate}, but wrangler.toml has ${binding.limit} requests in ${binding.windowSeconds} seconds: use the same numbers`;
  return [{ path, detail }];
}
