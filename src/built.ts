/** `edge-presigner/built`: what the module that `edge-presigner build` writes is made of. */
import { env, type DurableObject } from "cloudflare:workers";
import { composeWithSecrets } from "./compose-late.ts";
import type { Config } from "./config/config.ts";
import { ConfigurationError } from "./config/errors.ts";
import { joinSecrets } from "./config/join-secrets.ts";
import type { BuiltConfig } from "./config/plan.ts";
import { toPresigner, type Presigner } from "./exports.ts";
import type { Hooks } from "./hooks.ts";
import { createLedgerClass } from "./ledger/durable-object.ts";
import { UnusedLedger } from "./ledger/unused-ledger.ts";
import { RUNTIME } from "./runtime.ts";
import type { Env } from "./secret.ts";
import { VERSION } from "./version.ts";
import { ledgerDependenciesOf, type ComposedWorker } from "./worker.ts";

export type { Hooks } from "./hooks.ts";
export { checkKeySpaces } from "./config/check-key-spaces.ts";

type LedgerClass = new (state: DurableObjectState, env: Cloudflare.Env) => DurableObject;

/** What only some configurations need: what is not named here is not in the bundle. */
export interface Features {
  readonly createLedger: (worker: ComposedWorker) => LedgerClass;
  readonly checkKeySpaces?: Parameters<typeof joinSecrets>[2];
}

export type BuiltPresigner = Presigner<LedgerClass>;

/** Creates the Worker once per isolate. With invalid secrets every answer is `misconfigured`. */
export function createBuiltPresigner(
  json: string,
  features: Features,
  hooks: Hooks = {},
): BuiltPresigner {
  const worker = composeWithSecrets(
    (secrets) => readBuilt(json, secrets, features),
    { ...env },
    { ...RUNTIME, hooks },
  );
  return toPresigner(worker, features.createLedger(worker));
}

/** Returns the configuration. Throws `ConfigurationError`, also for what another version of the package has written. */
export function readBuilt(
  json: string,
  secrets: Env,
  { checkKeySpaces }: Pick<Features, "checkKeySpaces">,
): Config {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the package wrote it, and no schema is in the bundle
  const { version, plans } = JSON.parse(json) as BuiltConfig;
  if (version === VERSION) return joinSecrets(plans, secrets, checkKeySpaces);
  const detail = `was written by version ${version} of edge-presigner, and this is ${VERSION}: run npx edge-presigner build`;
  throw new ConfigurationError([{ path: "gen/presigner.ts", detail }]);
}

/** For a policy with a quota. */
export function createLedger(worker: ComposedWorker): LedgerClass {
  return createLedgerClass(ledgerDependenciesOf(worker));
}

/** For a configuration without one. */
export function createUnusedLedger(): LedgerClass {
  return class extends UnusedLedger {};
}
