/** A configuration and the Worker's environment → the fetch handler, and what the ledger needs. */
import { createApp } from "./http/app.ts";
import { compileConfig } from "./config/compile.ts";
import { ConfigurationError } from "./config/errors.ts";
import { GRACE_SECONDS } from "./operation/admit.ts";
import type { LedgerWorld } from "./ledger/durable-object.ts";
import { createDeliver } from "./ledger/webhook.ts";
import { abandon, inspect, sweep } from "./operation/cleanup.ts";
import { Problem } from "./problem.ts";
import type { Env } from "./secret.ts";
import { createService, type Service, type World } from "./service.ts";
import { createShell } from "./http/base.ts";

export interface Worker {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** For the Durable Object's class. Throws where the configuration has a mistake. */
  readonly ledgerWorld: () => LedgerWorld;
}

/** Compiled here, once per isolate. With a mistake in the configuration every answer is `misconfigured`. */
export function createWorker(definition: unknown, env: Env, world: World): Worker {
  try {
    const service = createService(compileConfig(definition, env), env, world);
    const app = createApp(service);
    const ledgerWorld = createLedgerWorld(service);
    return { fetch: (request) => app.fetch(request), ledgerWorld: () => ledgerWorld };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return refuseEverything(error, world);
  }
}

function createLedgerWorld(service: Service): LedgerWorld {
  const { config, now, random, log } = service;
  return {
    now,
    random,
    log,
    quotaOf: (policy) => config.policies.get(policy)?.quota,
    deliver: config.webhook && createDeliver(config.webhook, service),
    inspect: async (claims) => inspect(service, claims),
    abandon: async (claims) => abandon(service, claims),
    sweep: async (claims) => sweep(service, claims),
    sweepAtMs: ({ exp }) => (exp + GRACE_SECONDS) * 1000,
  };
}

function refuseEverything(error: ConfigurationError, world: World): Worker {
  const { mistakes } = error;
  world.log("misconfigured", { mistakes });
  const app = createShell(world);
  app.all("*", () => {
    world.log("misconfigured", { mistakes });
    throw new Problem("misconfigured", "The service is not configured: its log names each mistake");
  });
  return {
    fetch: (request) => app.fetch(request),
    ledgerWorld: () => {
      throw error;
    },
  };
}
