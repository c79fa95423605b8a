/** What the entry file of a Worker exports. */
import type { LateWorker } from "./compose-late.ts";
import { createMountedApp, type MountedApp } from "./http/mounted-app.ts";
import type { LedgerClass } from "./ledger/durable-object.ts";
import { consumeEvents, type EventBatch } from "./queue/consume.ts";
import { createUploadsClass, type UploadsClass } from "./rpc/entrypoint.ts";
import { waitFirst } from "./wait-first.ts";
import type { Worker } from "./worker.ts";

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
  /** The consumer of a queue with R2's event notifications: `export default { fetch, queue }`. */
  readonly queue: (batch: EventBatch) => Promise<void>;
}

/** Returns the exports of a Worker with this class of the Durable Object. */
export function toPresigner<
  Ledger extends { readonly prototype: object },
  PolicyName extends string,
>(
  { fetch, answer, getService, dependencies, readSecrets }: LateWorker,
  Ledger: Ledger,
): Presigner<Ledger, PolicyName> {
  let app: MountedApp | undefined;
  const Uploads = createUploadsClass<PolicyName>(getService, dependencies);
  if (readSecrets) for (const one of [Ledger, Uploads]) waitFirst(one, readSecrets);
  return {
    fetch,
    get app() {
      return (app ??= createMountedApp(answer));
    },
    Ledger,
    Uploads,
    queue: async (batch) => {
      if (readSecrets) await readSecrets();
      return consumeEvents(batch, getService, dependencies.log);
    },
  };
}
