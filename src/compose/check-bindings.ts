/** Checks that the configuration has what it needs of `wrangler.toml` and of the app's hooks. */
import type { Fetch } from "../bounded-fetch.ts";
import type { Config } from "../config/config.ts";
import { ConfigurationError } from "../config/errors.ts";
import { needsLedger } from "../config/needs-ledger.ts";
import type { Hooks } from "../hooks.ts";
import { isQueue } from "./create-audit.ts";
import { findMissingBindings } from "./find-missing-bindings.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** Throws `ConfigurationError` for the first kind of thing that is missing. */
export function checkBindings(config: Config, env: WorkerEnv, hooks: Hooks): void {
  checkLedger(config, env);
  checkSessions(config, hooks);
  checkNamed(config, env);
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

/** Throws `ConfigurationError` if a binding that the configuration names is missing. */
function checkNamed(config: Config, env: WorkerEnv): void {
  const errors = findMissingBindings(config, (kind, name) =>
    kind === "services" ? isFetcher(env[name]) : isQueue(env[name]),
  );
  if (errors.length > 0)
    throw new ConfigurationError(errors.map(({ path, detail }) => ({ path, detail })));
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
