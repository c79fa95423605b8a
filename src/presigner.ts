/** `edge-presigner/worker`: a configuration → what the entry file of a Worker exports. */
import { env } from "cloudflare:workers";
import type { ConfigDefinition, PolicyNameOf } from "./config/definition.ts";
import { createMountedApp, type MountedApp } from "./http/mounted-app.ts";
import type { Hooks } from "./hooks.ts";
import { createLedgerClass, type LedgerClass } from "./ledger/durable-object.ts";
import { createUploadsClass, type UploadsClass } from "./rpc/entrypoint.ts";
import { RUNTIME } from "./runtime.ts";
import { createWorker, type ComposedWorker, type Worker } from "./worker.ts";

export type { Completed, Granted, Hooks, Question } from "./hooks.ts";
export type { AppType } from "./http/app-type.ts";
export type { Restrictions } from "./grant/restrict.ts";
export type { Session } from "./grant/session.ts";

export interface Presigner<Ledger = LedgerClass, PolicyName extends string = string> extends Pick<
  Worker,
  "fetch"
> {
  /** For another Hono app: `app.route("/uploads", presigner.app)`. */
  readonly app: MountedApp;
  /** The class of the Durable Object that `wrangler.toml` names `Ledger`. */
  readonly Ledger: Ledger;
  /** The class for service bindings of other Workers: `export class Uploads extends presigner.Uploads {}`. */
  readonly Uploads: UploadsClass<PolicyName>;
}

/** Creates the Worker once per isolate. With an invalid configuration every answer is `misconfigured`. */
export function createPresigner<Definition extends ConfigDefinition>(
  definition: Definition,
  hooks?: Hooks<PolicyNameOf<Definition>>,
): Presigner<LedgerClass, PolicyNameOf<Definition>> {
  return toPresigner(createWorker(definition, { ...env }, RUNTIME, { hooks }));
}

/** Returns what an entry file exports of a Worker. */
export function toPresigner<PolicyName extends string>(
  worker: Worker,
): Presigner<LedgerClass, PolicyName> {
  return withLedger(worker, createLedgerClass(worker.getLedgerDependencies));
}

/** Returns the same with another class of the Durable Object. */
export function withLedger<Ledger, PolicyName extends string>(
  { fetch, answer, getService, dependencies }: ComposedWorker,
  Ledger: Ledger,
): Presigner<Ledger, PolicyName> {
  let app: MountedApp | undefined;
  return {
    fetch,
    get app() {
      return (app ??= createMountedApp(answer));
    },
    Ledger,
    Uploads: createUploadsClass(getService, dependencies),
  };
}
