/** Composes the Worker: a configuration and an environment → the fetch handler, and what its ledgers need. */
import { checkBindings } from "./compose/check-bindings.ts";
import { createLedgerDependencies } from "./compose/create-ledger-dependencies.ts";
import { createService } from "./compose/create-service.ts";
import type { WorkerEnv } from "./compose/worker-env.ts";
import { compileConfig } from "./config/compile.ts";
import type { Config } from "./config/config.ts";
import { ConfigurationError } from "./config/errors.ts";
import { atRoot, createApp, createMisconfiguredApp, type App } from "./http/app.ts";
import type { Hooks } from "./hooks.ts";
import { lazy } from "./lazy.ts";
import type { LedgerDependencies } from "./ledger/dependencies.ts";
import { fromLevel } from "./log.ts";
import { createMeter } from "./meter.ts";
import type { Dependencies, Service } from "./service.ts";

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
    checkBindings(config, env, hooks);
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
