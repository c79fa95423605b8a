/** Sends what a request did, after its answer: by the ledger of a policy with a quota, and otherwise at most once. */
import { describeError, type Log } from "../log.ts";
import type { Owner } from "../grant/owner.ts";
import type { RequestAct } from "./act.ts";
import type { DeliverEvents } from "./deliver.ts";
import { idOf, isAboutUpload, writeEvent } from "./event.ts";

/** Returns at once. */
export type TellActs = (acts: readonly RequestAct[]) => void;

interface Dependencies {
  readonly now: () => number;
  readonly newId: () => string;
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly log: Log;
  readonly deliver: DeliverEvents;
  readonly ledgerOf: (owner: Pick<Owner, "digest">) => {
    readonly addEvents: (events: readonly string[]) => Promise<void>;
  };
}

export function createTellActs(
  source: string,
  { now, newId, waitUntil, log, deliver, ledgerOf }: Dependencies,
): TellActs {
  const write = (act: RequestAct, atMs: number) =>
    writeEvent(act, { source, atMs, id: isAboutUpload(act) ? idOf(act) : newId() });
  const sendOnce = async (events: readonly string[]) => {
    if (!(await deliver(events))) log("audit-lost", { events: events.length });
  };
  const send = async (digest: string | undefined, events: readonly string[]) => {
    if (digest === undefined) return sendOnce(events);
    try {
      return await ledgerOf({ digest }).addEvents(events);
    } catch (error) {
      log("audit-failed", { events: events.length, reason: describeError(error) });
      return sendOnce(events);
    }
  };
  return (acts) => {
    if (acts.length === 0) return;
    const atMs = now();
    const byLedger = Map.groupBy(acts, ({ ledger }) => ledger?.digest);
    const work = async () => {
      // A task of its own: the answer is on its way before anything is written.
      await new Promise<void>((resolve) => void setTimeout(resolve, 0));
      await Promise.all(
        Array.from(byLedger, async ([digest, all]) =>
          send(
            digest,
            all.map((act) => write(act, atMs)),
          ),
        ),
      );
    };
    waitUntil(work());
  };
}
