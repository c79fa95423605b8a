/** The service of one request that somebody watches: what it opens, and what it waits for, is noted. */
import type { Ledger } from "../ledger/client.ts";
import type { Service } from "../service.ts";
import type { Watch } from "./watch.ts";

type Call = (...given: unknown[]) => Promise<unknown>;

export function observeService(service: Service, watch: Watch): Service {
  const { ledgerOf, signersOf, uploadIds, hooks } = service;
  const { authorize } = hooks;
  return {
    ...service,
    watch,
    ledgerOf: (owner) => observeLedger(ledgerOf(owner), watch),
    signersOf: (store) => {
      watch.isAbout({ store: store.name });
      return signersOf(store);
    },
    uploadIds: {
      ...uploadIds,
      open: async (id, caller) => {
        const claims = await uploadIds.open(id, caller);
        watch.isAbout(claims);
        return claims;
      },
    },
    hooks: authorize
      ? {
          ...hooks,
          authorize: async (question) =>
            watch.time("hook", "authorize", async () => authorize(question)),
        }
      : hooks,
  };
}

function observeLedger(ledger: Ledger, watch: Watch): Ledger {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every method is a call
  const calls = Object.entries(ledger as unknown as Readonly<Record<string, Call>>);
  const observed = calls.map(([name, call]): [string, Call] => [
    name,
    async (...given) => watch.time("ledger", name, async () => call(...given)),
  ]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same methods
  return Object.fromEntries(observed) as unknown as Ledger;
}
