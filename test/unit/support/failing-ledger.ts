/** The development Worker with its real ledgers, whose calls fail as a test says. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import development from "../../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import type { Hooks } from "../../../src/hooks.ts";
import type { Ledger } from "../../../src/ledger/client.ts";
import type { RevocationLedger } from "../../../src/ledger/revocation.ts";
import { RUNTIME } from "../../../src/runtime.ts";
import type { Dependencies, Service } from "../../../src/service.ts";
import { createWorker } from "../../../src/worker.ts";
import { ledgerOf } from "./development-worker.ts";
import { mintShared } from "./tokens.ts";

/** `before`: the ledger is overloaded. `after`: it does it, and its answer is lost. `evicted`: it starts anew first. */
export type LedgerFault = "before" | "after" | "evicted";

export interface FailingWorker {
  readonly ask: (
    method: string,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Response>;
  /** Fails the call of that number from now on, counted from 0; later calls work. */
  failAt: (call: number, fault: LedgerFault) => void;
  /** How many calls there were. */
  readonly calls: () => number;
  readonly log: string[];
  readonly getService: () => Service;
}

export interface FailingOptions {
  readonly config?: object;
  readonly secrets?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Partial<Dependencies>;
  readonly hooks?: Hooks;
  /** In place of the platform's. */
  readonly ledger?: () => Ledger;
}

export function startFailingWorker({
  // The calls are counted.
  config = { ...development, revocations: false },
  secrets = {},
  dependencies = {},
  hooks,
  ledger: ownLedger,
}: FailingOptions = {}): FailingWorker {
  const log: string[] = [];
  let calls = 0;
  let failing: { readonly call: number; readonly fault: LedgerFault } | undefined;
  const around = async <T>(
    work: (ledger: Ledger & RevocationLedger) => Promise<T>,
    name: string,
  ): Promise<T> => {
    const fault = failing?.call === calls++ ? failing.fault : undefined;
    if (fault === "before")
      throw new Error("Durable Object is overloaded. Too many requests queued");
    if (fault === "evicted") {
      // Only a running instance can be evicted.
      await runInDurableObject(ledgerOf(), () => undefined);
      await evictDurableObject(ledgerOf());
    }
    const own = ownLedger?.() as (Ledger & RevocationLedger) | undefined;
    const result = await work(own ?? env.LEDGER.getByName(name));
    if (fault === "after") throw new Error("Network connection lost");
    return result;
  };
  const getByName = (name: string): Ledger & RevocationLedger => ({
    readRevocations: async (version) =>
      around(async (ledger) => ledger.readRevocations(version), name),
    revoke: async (revocation) => around(async (ledger) => ledger.revoke(revocation), name),
    reserve: async (reservations) => around(async (ledger) => ledger.reserve(reservations), name),
    readQuotas: async (policies) => around(async (ledger) => ledger.readQuotas(policies), name),
    attach: async (claims, dueAtMs) =>
      around(async (ledger) => ledger.attach(claims, dueAtMs), name),
    addEvents: async (events) => around(async (ledger) => ledger.addEvents(events), name),
    find: async (id) => around(async (ledger) => ledger.find(id), name),
    findByKey: async (key, stores) => around(async (ledger) => ledger.findByKey(key, stores), name),
    list: async (query) => around(async (ledger) => ledger.list(query), name),
    isKeyShared: async (id) => around(async (ledger) => ledger.isKeyShared(id), name),
    settle: async (id, outcome) => around(async (ledger) => ledger.settle(id, outcome), name),
    undo: async (claims) => around(async (ledger) => ledger.undo(claims), name),
    release: async (id) => around(async (ledger) => ledger.release(id), name),
    forgetObject: async (object) => around(async (ledger) => ledger.forgetObject(object), name),
    readUsage: async (policies) => around(async (ledger) => ledger.readUsage(policies), name),
    correct: async (correction) => around(async (ledger) => ledger.correct(correction), name),
    readOutbox: async (user) => around(async (ledger) => ledger.readOutbox(user), name),
    sendAgain: async (message) => around(async (ledger) => ledger.sendAgain(message), name),
    erase: async (user) => around(async (ledger) => ledger.erase(user), name),
    addStuck: async (stuck) => around(async (ledger) => ledger.addStuck(stuck), name),
    removeStuck: async (id) => around(async (ledger) => ledger.removeStuck(id), name),
    readStuck: async () => around(async (ledger) => ledger.readStuck(), name),
    hold: async (id, held) => around(async (ledger) => ledger.hold(id, held), name),
    letGo: async (id, end) => around(async (ledger) => ledger.letGo(id, end), name),
    noteDeletion: async (object) => around(async (ledger) => ledger.noteDeletion(object), name),
  });
  const worker = createWorker(
    config,
    { ...DEVELOPMENT_SECRETS, ...env, ...secrets, LEDGER: { getByName } },
    {
      ...RUNTIME,
      log: (event, fields) => void log.push(JSON.stringify({ event, ...fields })),
      ...dependencies,
    },
    { hooks },
  );
  return {
    log,
    calls: () => calls,
    getService: worker.getService,
    failAt: (call, fault) => void (failing = { call: calls + call, fault }),
    async ask(method, path, body, headers = {}) {
      const token = await mintShared(DEVELOPMENT_SECRETS.AUTH_SECRET, {
        iss: "development",
        aud: "edge-presigner",
        sub: "alice",
        exp: Date.parse("2041-01-01T00:00:00Z") / 1000,
      });
      return worker.fetch(
        new Request(`http://localhost:8787${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body && { "content-type": "application/json" }),
            ...headers,
          },
          ...(body && { body: JSON.stringify(body) }),
        }),
      );
    },
  };
}
