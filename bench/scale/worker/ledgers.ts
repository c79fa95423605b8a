/** The ledgers of a run: their calls, their alarms, and what both cost. */
import type { LedgerDependencies } from "../../../src/ledger/dependencies.ts";
import type { WorkerEnv } from "../../../src/compose/worker-env.ts";
import { usePlatform, type Called } from "./ledger.ts";
import type { Row, Rows } from "./meter.ts";
import type { Schedule } from "./schedule.ts";

/** A call of a ledger, or an alarm. */
export interface Operation extends Rows {
  readonly ledger: string;
  readonly method: string;
  /** How many more uploads are pending after it, and how many more messages wait. */
  readonly pending: number;
  readonly messages: number;
  /** The time that an alarm waited for others, and how late it came. */
  readonly busyMs: number;
  readonly lateMs: number;
}

/** As `Ledger` of this folder answers over RPC. */
interface LedgerStub {
  readonly call: (method: string, parameters: readonly unknown[]) => Promise<Called>;
  readonly hasTables: () => Promise<boolean>;
  readonly databaseBytes: () => Promise<number>;
  readonly query: (statement: string) => Promise<readonly Row[]>;
}

/** The binding `LEDGER`. */
export interface LedgerBinding {
  readonly idFromName: (name: string) => { readonly toString: () => string };
  readonly getByName: (name: string) => LedgerStub;
}

interface Options {
  readonly binding: LedgerBinding;
  readonly schedule: Schedule;
  readonly getDependencies: () => LedgerDependencies;
  /** What outside calls took since the last one. */
  readonly takeWaitMs: () => number;
  readonly onOperation: (operation: Operation) => void;
}

type Namespace = NonNullable<WorkerEnv["LEDGER"]>;

export interface Ledgers {
  readonly namespace: Namespace;
  /** Of all ledgers that were ever called. */
  readonly names: () => readonly string[];
  readonly databaseBytes: (name: string) => Promise<number>;
  /** Reads rows; none where the ledger has deleted itself. */
  readonly query: (name: string, statement: string) => Promise<readonly Row[]>;
}

export function openLedgers({
  binding,
  schedule,
  getDependencies,
  takeWaitMs,
  onOperation,
}: Options): Ledgers {
  const names = new Map<string, string>();
  const alarms = new Map<string, number>();
  /** A ledger's alarm does one thing after the other. */
  const busyUntilMs = new Map<string, number>();
  const backlogs = new Map<string, Pick<Called, "pending" | "messages">>();

  let depth = 0;

  const operate = async (
    name: string,
    method: string,
    parameters: readonly unknown[],
    lateMs = 0,
  ) => {
    // An alarm may call another ledger: what that takes is the alarm's time.
    if (depth === 0) takeWaitMs();
    depth += 1;
    const called = await binding.getByName(name).call(method, parameters);
    depth -= 1;
    const busyMs = method === "alarm" ? takeWaitMs() : 0;
    if (busyMs > 0) busyUntilMs.set(name, schedule.now() + busyMs);
    const before = backlogs.get(name) ?? { pending: 0, messages: 0 };
    backlogs.set(name, called);
    onOperation({
      ledger: name,
      method,
      rowsRead: called.rowsRead,
      rowsWritten: called.rowsWritten,
      pending: called.pending - before.pending,
      messages: called.messages - before.messages,
      busyMs,
      lateMs,
    });
    return called.value;
  };
  const goOff = (name: string, atMs: number) => async () => {
    // It was set to another time meanwhile.
    if (alarms.get(name) !== atMs) return;
    const freeAtMs = busyUntilMs.get(name) ?? 0;
    if (freeAtMs > schedule.now()) {
      schedule.at(freeAtMs, goOff(name, atMs));
      return;
    }
    alarms.delete(name);
    await operate(name, "alarm", [], schedule.now() - atMs);
  };

  usePlatform({
    now: schedule.now,
    getDependencies,
    onAlarmSet(id, atMs) {
      const name = names.get(id);
      if (name === undefined) return;
      if (atMs === undefined) alarms.delete(name);
      else if (alarms.get(name) !== atMs) {
        alarms.set(name, atMs);
        schedule.at(atMs, goOff(name, atMs));
      }
    },
  });

  return {
    names: () => [...names.values()],
    databaseBytes: async (name) => binding.getByName(name).databaseBytes(),
    async query(name, statement) {
      const ledger = binding.getByName(name);
      return (await ledger.hasTables()) ? ledger.query(statement) : [];
    },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every method is passed on
    namespace: {
      getByName(name: string) {
        names.set(binding.idFromName(name).toString(), name);
        return new Proxy(
          {},
          {
            get:
              (_, method: string) =>
              async (...parameters: readonly unknown[]) =>
                operate(name, method, parameters),
          },
        );
      },
    } as Namespace,
  };
}
