/** A configuration and the Worker's environment → the fetch handler. */
import { createApp, createShell } from "./app.ts";
import { compileConfig } from "./config/compile.ts";
import { ConfigurationError } from "./config/mistakes.ts";
import { Problem } from "./problem.ts";
import type { Env } from "./secret.ts";
import { createService, type World } from "./service.ts";

export interface Worker {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/** Compiled here, once per isolate. With a mistake in the configuration every answer is `misconfigured`. */
export function createWorker(definition: unknown, env: Env, world: World): Worker {
  try {
    const app = createApp(createService(compileConfig(definition, env), env, world));
    return { fetch: (request) => app.fetch(request) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return refuseEverything(error, world);
  }
}

function refuseEverything({ mistakes }: ConfigurationError, world: World): Worker {
  world.log("misconfigured", { mistakes });
  const app = createShell(world);
  app.all("*", () => {
    world.log("misconfigured", { mistakes });
    throw new Problem("misconfigured", "The service is not configured: its log names each mistake");
  });
  return { fetch: (request) => app.fetch(request) };
}
