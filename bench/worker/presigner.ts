/**
 * This service as it is deployed for R2: `src/index.ts` with a configuration of the benchmark. Its
 * rate limiters allow everything, because a bare workerd has no such binding. With the variable
 * `NO_RATE_LIMIT` it has none, as where wrangler.toml lacks them.
 */
import { env } from "cloudflare:workers";
import { createLedgerClass } from "../../src/ledger/durable-object.ts";
import { RUNTIME } from "../../src/runtime.ts";
import type { WorkerEnv } from "../../src/compose/worker-env.ts";
import { createWorker } from "../../src/worker.ts";
import { SECRETS, config } from "../config.ts";

const unlimited = { limit: async () => ({ success: true }) };
const bindings: WorkerEnv & { readonly NO_RATE_LIMIT?: string } = { ...env };
const rateLimits = bindings.NO_RATE_LIMIT
  ? {}
  : { RATE_LIMIT_ADDRESS: unlimited, RATE_LIMIT_CALLER: unlimited };

const worker = createWorker(
  config,
  { ...SECRETS, ...rateLimits, LEDGER: bindings.LEDGER },
  RUNTIME,
);
// oxlint-disable-next-line import/no-default-export -- the entry of a Worker
export default worker;
/** The Durable Object, on disk in the benchmark. */
export class Ledger extends createLedgerClass(worker.getLedgerDependencies) {}
