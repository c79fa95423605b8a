/** `edge-presigner/worker`: a configuration → what the entry file of a Worker exports. */
import { env } from "cloudflare:workers";
import { composeWithSecrets } from "./compose-late.ts";
import { compileConfig } from "./config/compile.ts";
import type { ConfigDefinition, PolicyNameOf } from "./config/definition.ts";
import { toPresigner, type Presigner } from "./exports.ts";
import type { Hooks } from "./hooks.ts";
import { createLedgerClass, type LedgerClass } from "./ledger/durable-object.ts";
import { RUNTIME } from "./runtime.ts";
import { ledgerDependenciesOf } from "./worker.ts";

export type { Presigner } from "./exports.ts";
export type { Completed, Granted, Hooks, Question } from "./hooks.ts";
export type { AppType } from "./http/app-type.ts";
export type { Restrictions } from "./grant/restrict.ts";
export type { Session } from "./grant/session.ts";

/** Creates the Worker once per isolate. With an invalid configuration every answer is `misconfigured`. */
export function createPresigner<Definition extends ConfigDefinition>(
  definition: Definition,
  hooks?: Hooks<PolicyNameOf<Definition>>,
): Presigner<LedgerClass, PolicyNameOf<Definition>> {
  const worker = composeWithSecrets(
    (secrets) => compileConfig(definition, secrets),
    { ...env },
    { ...RUNTIME, hooks },
  );
  return toPresigner(worker, createLedgerClass(ledgerDependenciesOf(worker)));
}
