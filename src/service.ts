/** What one isolate has: the configuration and all that is made of it once. */
import type { Config, Store } from "./config/config.ts";
import { createVerifiers, type Verifiers } from "./grant/authenticate.ts";
import type { Outside } from "./grant/keys.ts";
import type { Limiter, RateLimitBinding } from "./grant/throttle.ts";
import type { Log } from "./log.ts";
import { createSealUpload, type SealUpload } from "./operation/upload-id.ts";
import type { Env } from "./secret.ts";
import { createPresigner, type Presigner } from "./store/sign.ts";

/** The world outside: passed in, so that a test can hold the clock. */
export interface World extends Outside {
  readonly newId: () => string;
  readonly log: Log;
}

export interface Service extends World {
  readonly config: Config;
  readonly verifiers: Verifiers;
  readonly presigners: ReadonlyMap<Store, Presigner>;
  readonly sealUpload: SealUpload;
  readonly perAddress: Limiter;
  readonly perCaller: Limiter;
}

export function createService(config: Config, env: Env, world: World): Service {
  const stores = new Set(
    [...config.policies.values()].flatMap((policy) => [...policy.stores.values()]),
  );
  return {
    ...world,
    config,
    verifiers: createVerifiers(config.issuers, world),
    presigners: new Map(
      [...stores].map((store) => [store, createPresigner(store.credentials, store)]),
    ),
    sealUpload: createSealUpload(config.uploadIdSecret),
    perAddress: {
      name: "address",
      binding: bindingOf(env, "RATE_LIMIT_ADDRESS"),
      limit: config.limits.perAddress,
    },
    perCaller: {
      name: "caller",
      binding: bindingOf(env, "RATE_LIMIT_CALLER"),
      limit: config.limits.perCaller,
    },
  };
}

function bindingOf(env: Env, name: string): RateLimitBinding | undefined {
  const binding = env[name];
  return isRateLimit(binding) ? binding : undefined;
}

function isRateLimit(binding: unknown): binding is RateLimitBinding {
  return typeof binding === "object" && binding !== null && "limit" in binding;
}
