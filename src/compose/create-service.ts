import type { Config } from "../config/config.ts";
import { createVerifiers } from "../grant/authenticate.ts";
import { createUploadIds, type RefuseRevoked } from "../grant/upload-id.ts";
import { createLedgers } from "../ledger/client.ts";
import { createKnownRevocations, type KnownRevocations } from "../ledger/known-revocations.ts";
import { createReceipts } from "../ledger/receipt.ts";
import type { Log } from "../log.ts";
import { createMeter } from "../meter.ts";
import { createObserver } from "../observe/observer.ts";
import type { Dependencies, Service, Signers } from "../service.ts";
import { createSigner } from "../store/sigv4.ts";
import type { Store } from "../store/store.ts";
import { isFetcher } from "./check-bindings.ts";
import { createAudit } from "./create-audit.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** Creates what every request uses, once per isolate. */
export function createService(
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
  const ledgerOf = createLedgers(env.LEDGER, dependencies.log, meter);
  const { audit, tell } = createAudit(config, env, { ...dependencies, ledgerOf });
  return {
    ...dependencies,
    config,
    audit,
    deployment,
    meter,
    verifiers: createVerifiers(config.issuers, config.adminIssuers, dependencies),
    adminVerifiers: createVerifiers(config.adminIssuers, config.issuers, dependencies),
    stores,
    signersOf: createSigners([...stores.values()], dependencies.log),
    uploadIds: createUploadIds(config.idSecrets, dependencies.now, refuseUploads(revocations)),
    revocations,
    receipts: createReceipts(config.receipts),
    ledgerOf,
    fetchOf: (name) => {
      const binding = env[name];
      if (!isFetcher(binding)) throw new TypeError(`Cannot ask ${name}: it is no service binding`);
      return async (url, init) => binding.fetch(url, init);
    },
    perAddress: { name: "address", binding: env.RATE_LIMIT_ADDRESS, limit: perAddress },
    perCaller: { name: "caller", binding: env.RATE_LIMIT_CALLER, limit: perCaller },
    observer: createObserver(config, { ...dependencies, deployment, tell }),
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
