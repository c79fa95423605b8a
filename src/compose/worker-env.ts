import type { LedgerNamespace } from "../ledger/client.ts";
import type { RevocationNamespace } from "../ledger/known-revocations.ts";
import type { MetricsDataset } from "../meter.ts";
import type { Env } from "../secret.ts";

/** The secrets of the Worker and its bindings. A configuration that does not need one works without it. */
export interface WorkerEnv extends Env {
  readonly LEDGER?: (LedgerNamespace & RevocationNamespace) | undefined;
  readonly METRICS?: MetricsDataset | undefined;
  readonly RATE_LIMIT_ADDRESS?: RateLimit | undefined;
  readonly RATE_LIMIT_CALLER?: RateLimit | undefined;
  readonly VERSION?: WorkerVersionMetadata | undefined;
}
