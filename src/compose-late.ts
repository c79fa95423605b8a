/**
 * Composes the Worker at its start, or, where secrets are in Cloudflare's Secrets Store, as soon as an event has
 * read them: no I/O is allowed before the first one.
 */
import type { WorkerEnv } from "./compose/worker-env.ts";
import type { Config } from "./config/config.ts";
import { ConfigurationError } from "./config/errors.ts";
import { atRoot } from "./http/app.ts";
import { UnreadSecrets, readStored, useSecrets, type Env } from "./secret.ts";
import type { Dependencies } from "./service.ts";
import { composeWorker, type ComposedWorker } from "./worker.ts";

type Compose = (getConfig: () => Config) => ComposedWorker;
type GetConfig = (secrets: Env) => Config;

/** A Worker whose secrets may have to be read first. */
export interface LateWorker extends ComposedWorker {
  /** Comes before all else where it is. `undefined` once the configuration is valid. */
  readonly readSecrets?: () => Promise<void> | undefined;
}

/** `getConfig` throws for an invalid configuration. */
export function composeWithSecrets(
  getConfig: GetConfig,
  env: WorkerEnv,
  dependencies: Parameters<typeof composeWorker>[2],
): LateWorker {
  const compose: Compose = (get) => composeWorker(get, env, dependencies);
  try {
    return compose(() => useSecrets(env, getConfig));
  } catch (error) {
    if (!(error instanceof UnreadSecrets)) throw error;
    return composeLate(error, { compose, getConfig, env }, dependencies);
  }
}

interface Given {
  readonly compose: Compose;
  readonly getConfig: GetConfig;
  readonly env: Env;
}

/**
 * Reads the secrets and composes the Worker, which is a misconfigured one if a secret cannot be read. `undefined`
 * where nobody needs it any more.
 */
async function composeAfter(
  unread: UnreadSecrets,
  { compose, getConfig, env }: Given,
  isNeeded: () => boolean,
): Promise<ComposedWorker | undefined> {
  const { values, failures } = await readStored(unread);
  if (!isNeeded()) return undefined;
  return compose(() => {
    if (failures.length > 0) throw new ConfigurationError(failures.map(toError));
    return useSecrets({ ...env, ...values }, getConfig);
  });
}

const toError = ({ name, reason }: { readonly name: string; readonly reason: string }) => ({
  path: `secrets.${name}`,
  detail: `cannot be read from the Secrets Store: ${reason}`,
});

/**
 * Each event reads for itself until a configuration is valid: it must not wait for the I/O of another one, which
 * the runtime may end, and what was wrong in the store may be corrected there, without a deployment.
 */
function composeLate(unread: UnreadSecrets, given: Given, dependencies: Dependencies): LateWorker {
  let worker: ComposedWorker | undefined;
  let isReady = false;
  const readAgain = async () => {
    const composed = await composeAfter(unread, given, () => !isReady);
    // Another event may have been faster.
    if (isReady || !composed) return;
    worker = composed;
    isReady = isValid(composed);
  };
  const readSecrets = () => (isReady ? undefined : readAgain());
  const get = () => {
    if (worker) return worker;
    throw new TypeError("Cannot use the Worker: its secrets are not read");
  };
  const answer: ComposedWorker["answer"] = (request, mount) =>
    readSecrets()?.then(() => get().answer(request, mount)) ?? get().answer(request, mount);
  return {
    fetch: (request) => answer(request, atRoot(request)),
    answer,
    getService: () => get().getService(),
    dependencies: {
      ...dependencies,
      log: (event, fields) => get().dependencies.log(event, fields),
      meter: (measured) => worker?.dependencies.meter?.(measured),
    },
    readSecrets,
  };
}

function isValid({ getService }: ComposedWorker): boolean {
  try {
    getService();
    return true;
  } catch {
    return false;
  }
}
