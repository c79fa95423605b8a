/** Checks that the configuration has what it needs of `wrangler.toml` and of the app's hooks. */
import type { Fetch } from "../bounded-fetch.ts";
import type { Config } from "../config/config.ts";
import { ConfigurationError } from "../config/errors.ts";
import { needsLedger } from "../config/needs-ledger.ts";
import type { Hooks } from "../hooks.ts";
import { isQueue } from "./create-audit.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** Throws `ConfigurationError` for the first kind of thing that is missing. */
export function checkBindings(config: Config, env: WorkerEnv, hooks: Hooks): void {
  checkLedger(config, env);
  checkSessions(config, hooks);
  checkScanners(config, env);
  checkAudit(config, env);
}

/** Throws `ConfigurationError` if something needs a ledger and wrangler.toml has none: nothing would be allowed. */
function checkLedger(config: Config, { LEDGER }: WorkerEnv): void {
  const reason = needsLedger(config);
  if (reason === undefined || LEDGER) return;
  const path = "wrangler.toml: durable_objects.bindings";
  throw new ConfigurationError([{ path, detail: `add LEDGER: ${reason}` }]);
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

/** Throws `ConfigurationError` if the queue of the audit is a binding that wrangler.toml does not have. */
function checkAudit({ audit }: Config, env: WorkerEnv): void {
  if (audit?.kind !== "queue" || isQueue(env[audit.binding])) return;
  const path = "wrangler.toml: queues.producers";
  const detail = `add ${audit.binding}: the audit is sent to it`;
  throw new ConfigurationError([{ path, detail }]);
}

/** Returns whether it is a service binding. */
export function isFetcher(value: unknown): value is { readonly fetch: Fetch } {
  return (
    typeof value === "object" &&
    value !== null &&
    "fetch" in value &&
    typeof value.fetch === "function"
  );
}
