import { createDeliverEvents, type AuditSender, type Queue } from "../audit/deliver.ts";
import { createTellActs, type TellActs } from "../audit/tell.ts";
import type { Config } from "../config/config.ts";
import type { Dependencies, Service } from "../service.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** Creates what the requests and the ledgers tell an audit with; empty where none is configured. */
export function createAudit(
  { audit }: Config,
  env: WorkerEnv,
  dependencies: Dependencies & Pick<Service, "ledgerOf">,
): { readonly audit?: AuditSender; readonly tell?: TellActs } {
  if (!audit) return {};
  const queueOf = (name: string) => {
    const binding = env[name];
    if (!isQueue(binding)) throw new TypeError(`Cannot send to ${name}: it is no queue`);
    return binding;
  };
  const deliver = createDeliverEvents(audit, { ...dependencies, queueOf });
  const { source } = audit;
  const tell = createTellActs(source, { ...dependencies, deliver });
  return { audit: { source, deliver }, tell };
}

/** Returns whether it is the binding of a queue. */
export function isQueue(value: unknown): value is Queue {
  return (
    typeof value === "object" &&
    value !== null &&
    "sendBatch" in value &&
    typeof value.sendBatch === "function"
  );
}
