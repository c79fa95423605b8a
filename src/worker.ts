/** Composes the Worker: a configuration and an environment → the fetch handler, and what its ledgers need. */
import type { Fetch } from "./bounded-fetch.ts";
import { compileConfig } from "./config/compile.ts";
import type { Config } from "./config/config.ts";
import { needsLedger } from "./config/needs-ledger.ts";
import { ConfigurationError } from "./config/errors.ts";
import { createVerifiers } from "./grant/authenticate.ts";
import { createUploadIds, type RefuseRevoked } from "./grant/upload-id.ts";
import { atRoot, createApp, createMisconfiguredApp, type App } from "./http/app.ts";
import type { Hooks } from "./hooks.ts";
import { DIRECTORY } from "./ledger/administer.ts";
import { createLedgers, type LedgerNamespace } from "./ledger/client.ts";
import {
  createKnownRevocations,
  type KnownRevocations,
  type RevocationNamespace,
} from "./ledger/known-revocations.ts";
import type { LedgerDependencies } from "./ledger/dependencies.ts";
import { createReceipts } from "./ledger/receipt.ts";
import { createDeliver } from "./ledger/webhook.ts";
import { lazy } from "./lazy.ts";
import { fromLevel, type Log } from "./log.ts";
import { createMeter, type MetricsDataset } from "./meter.ts";
import { createObserver } from "./observe/observer.ts";
import { abortParts, cleanUpAndLook, cleanUpPromoted } from "./operation/cleanup.ts";
import { locateUpload, measureObject } from "./operation/locate.ts";
import { promote } from "./operation/promote.ts";
import { verifyUpload } from "./operation/verify.ts";
import type { Env } from "./secret.ts";
import type { Dependencies, Service, Signers } from "./service.ts";
import { createSigner } from "./store/sigv4.ts";
import type { Store } from "./store/store.ts";

/** The secrets of the Worker and its bindings. A configuration that does not need one works without it. */
export interface WorkerEnv extends Env {
  readonly LEDGER?: (LedgerNamespace & RevocationNamespace) | undefined;
  readonly METRICS?: MetricsDataset | undefined;
  readonly RATE_LIMIT_ADDRESS?: RateLimit | undefined;
  readonly RATE_LIMIT_CALLER?: RateLimit | undefined;
  readonly VERSION?: WorkerVersionMetadata | undefined;
}

/** A Worker that may have no ledger. */
export interface ComposedWorker {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Answers at any path of another app. */
  readonly answer: App;
  /** Throws for an invalid configuration. */
  readonly getService: () => Service;
  readonly dependencies: Dependencies & Pick<Service, "meter">;
}

export interface Worker extends ComposedWorker {
  /** For the class of the Durable Object. Throws for an invalid configuration. */
  readonly getLedgerDependencies: () => LedgerDependencies;
}

interface Options {
  readonly compile?: (definition: unknown, env: WorkerEnv) => Config;
  readonly hooks?: Hooks | undefined;
}

/** Creates the Worker, once per isolate. With an invalid configuration every answer is `misconfigured`. */
export function createWorker(
  definition: unknown,
  env: WorkerEnv,
  dependencies: Dependencies,
  { compile = compileConfig, hooks = {} }: Options = {},
): Worker {
  const worker = composeWorker(() => compile(definition, env), env, { ...dependencies, hooks });
  return { ...worker, getLedgerDependencies: ledgerDependenciesOf(worker) };
}

/** Does the same for any source of the configuration, which throws for an invalid one. */
export function composeWorker(
  getConfig: () => Config,
  env: WorkerEnv,
  { hooks = {}, ...dependencies }: Dependencies & { readonly hooks?: Hooks | undefined },
): ComposedWorker {
  try {
    const config = getConfig();
    checkLedger(config, env);
    checkSessions(config, hooks);
    checkScanners(config, env);
    const log = fromLevel(config.logging.level, dependencies.log);
    const service = { ...createService(config, env, { ...dependencies, log }), hooks };
    const worker = compose(createApp(service), () => service);
    return { ...worker, dependencies: { ...dependencies, log, meter: service.meter } };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const fail = () => {
      throw error;
    };
    const meter = createMeter(env.METRICS, { ...dependencies, deployment: env.VERSION?.id });
    const failing = { ...dependencies, meter };
    return { ...compose(createMisconfiguredApp(error, failing), fail), dependencies: failing };
  }
}

function compose(answer: App, getService: () => Service): Omit<ComposedWorker, "dependencies"> {
  return { fetch: (request) => answer(request, atRoot(request)), answer, getService };
}

/** Returns what the ledgers of the Worker need. */
export function ledgerDependenciesOf({
  getService,
}: Pick<ComposedWorker, "getService">): () => LedgerDependencies {
  return lazy(() => createLedgerDependencies(getService()));
}

/** Throws `ConfigurationError` if something needs a ledger and wrangler.toml has none: nothing would be allowed. */
function checkLedger(config: Config, { LEDGER }: WorkerEnv): void {
  const reason = needsLedger(config);
  if (reason === undefined || LEDGER) return;
  const path = "wrangler.toml: durable_objects.bindings";
  throw new ConfigurationError([{ path, detail: `add LEDGER: ${reason}` }]);
}

/** Throws `ConfigurationError` if a scanner is a binding that wrangler.toml does not have. */
function checkScanners({ policies }: Config, env: WorkerEnv): void {
  const errors = [...policies.values()].flatMap(({ name, quarantine }) => {
    const binding = quarantine?.scanner?.binding;
    if (binding === undefined || isFetcher(env[binding])) return [];
    const detail = `add ${binding}: the policy "${name}" asks it whether a file is clean`;
    return [{ path: "wrangler.toml: services", detail }];
  });
  if (errors.length > 0) throw new ConfigurationError(errors);
}

function isFetcher(value: unknown): value is { readonly fetch: Fetch } {
  return (
    typeof value === "object" &&
    value !== null &&
    "fetch" in value &&
    typeof value.fetch === "function"
  );
}

/**
 * Throws `ConfigurationError` if nothing names users, or if two users with one id would share a prefix: users
 * of sessions have none. In development the tokens of `edge-presigner token` have none either.
 */
function checkSessions({ issuers, isDevelopment }: Config, { authenticate }: Hooks): void {
  if (!authenticate) {
    const detail =
      "must have at least one for users, or give createPresigner the hook authenticate";
    if (issuers.length === 0) throw new ConfigurationError([{ path: "issuers", detail }]);
    return;
  }
  if (isDevelopment) return;
  const detail = "is required beside the hook authenticate, whose users have none";
  const errors = issuers.flatMap(({ userPrefix, index }) =>
    userPrefix === undefined ? [{ path: `issuers.${index}.userPrefix`, detail }] : [],
  );
  if (errors.length > 0) throw new ConfigurationError(errors);
}

function createService(
  config: Config,
  env: WorkerEnv,
  dependencies: Dependencies,
): Omit<Service, "hooks"> {
  const stores = new Map(
    [...config.policies.values()]
      .flatMap((policy) => [...policy.stores.values()])
      .map((store) => [store.name, store]),
  );
  const { perAddress, perCaller } = config.limits;
  const revocations = config.revocations
    ? createKnownRevocations(env.LEDGER, dependencies)
    : undefined;
  for (const name of ["RATE_LIMIT_ADDRESS", "RATE_LIMIT_CALLER"] as const)
    if (!env[name])
      dependencies.log("rate-limit-failed", { reason: `wrangler.toml has no binding ${name}` });
  const deployment = env.VERSION?.id;
  const meter = createMeter(env.METRICS, { ...dependencies, deployment });
  return {
    ...dependencies,
    config,
    deployment,
    meter,
    verifiers: createVerifiers(config.issuers, config.adminIssuers, dependencies),
    adminVerifiers: createVerifiers(config.adminIssuers, config.issuers, dependencies),
    stores,
    signersOf: createSigners([...stores.values()], dependencies.log),
    uploadIds: createUploadIds(config.idSecrets, dependencies.now, refuseUploads(revocations)),
    revocations,
    receipts: createReceipts(config.receipts),
    ledgerOf: createLedgers(env.LEDGER, dependencies.log, meter),
    fetchOf: (name) => {
      const binding = env[name];
      if (!isFetcher(binding)) throw new TypeError(`Cannot ask ${name}: it is no service binding`);
      return async (url, init) => binding.fetch(url, init);
    },
    perAddress: { name: "address", binding: env.RATE_LIMIT_ADDRESS, limit: perAddress },
    perCaller: { name: "caller", binding: env.RATE_LIMIT_CALLER, limit: perCaller },
    observer: createObserver(config, { ...dependencies, deployment }),
  };
}

function refuseUploads(revocations: KnownRevocations | undefined): RefuseRevoked | undefined {
  return (
    revocations && ((owner, issuedAt) => revocations.refuse(owner, { what: "upload", issuedAt }))
  );
}

function createSigners(stores: readonly Store[], log: Log): (store: Store) => Signers {
  const signers = new Map<Store, Signers>();
  for (const store of stores) {
    const writer = createSigner(store.credentials, store, log);
    signers.set(store, { writer, reader: createSigner(store.readCredentials, store, log) });
  }
  return (store) => {
    const found = signers.get(store);
    if (found) return found;
    throw new TypeError(`Cannot sign for the store ${store.name}: no policy uses it`);
  };
}

function createLedgerDependencies(service: Service): LedgerDependencies {
  const { config, now, random, log, meter } = service;
  return {
    now,
    random,
    log,
    directory: service.ledgerOf({ digest: DIRECTORY }),
    meter,
    quotaOf: (policy) => config.policies.get(policy)?.quota,
    deliver: config.webhook && createDeliver(config.webhook, service),
    verify: async (claims) => verifyUpload(locateUpload(service, claims)),
    promote: async (claims, gate) => promote(service, locateUpload(service, claims), { gate }),
    cleanUpPromoted: async (claims, isDeleted) =>
      cleanUpPromoted(locateUpload(service, claims), isDeleted, service.log),
    abortParts: async (claims) => void (await abortParts(locateUpload(service, claims))),
    cleanUp: async (claims, look) =>
      cleanUpAndLook(locateUpload(service, claims), look, service.log),
    measure: async (place) => measureObject(service, place),
  };
}
