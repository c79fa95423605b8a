/** `edge-presigner/worker`: a configuration → what the entry file of a Worker exports. */
import { env } from "cloudflare:workers";
import type { ConfigDefinition } from "./config/definition.ts";
import { createLedgerClass, type LedgerClass } from "./ledger/durable-object.ts";
import { RUNTIME } from "./runtime.ts";
import { createWorker, type Worker } from "./worker.ts";

export interface Presigner extends Pick<Worker, "fetch"> {
  /** The class of the Durable Object that `wrangler.toml` names `Ledger`. */
  readonly Ledger: LedgerClass;
}

/** Creates the Worker once per isolate. With an invalid configuration every answer is `misconfigured`. */
export function createPresigner(definition: ConfigDefinition): Presigner {
  const worker = createWorker(definition, { ...env }, RUNTIME);
  return { fetch: worker.fetch, Ledger: createLedgerClass(worker.getLedgerDependencies) };
}
