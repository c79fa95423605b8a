/** Records what a ledger does with its storage: each statement with its plan, and the rows that it costs. */
import { runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import { ledgerOf } from "./development-worker.ts";

type Cursor = SqlStorageCursor<Record<string, SqlStorageValue>>;
type Exec = (this: SqlStorage, statement: string, ...bindings: unknown[]) => Cursor;

interface Rows {
  readonly read: number;
  readonly written: number;
}

export interface SqlRecorder {
  /** The plans of all statements so far, by statement. */
  readonly plans: ReadonlyMap<string, readonly string[]>;
  /** Runs an operation; returns the rows that it cost, each alarm that is set as one. */
  readonly measure: (operation: () => Promise<unknown>) => Promise<Rows>;
}

/** Lasts until `vi.restoreAllMocks()`. */
export async function recordSql(user?: string): Promise<SqlRecorder> {
  return runInDurableObject(ledgerOf(user), (_, { storage }) => {
    const plans = new Map<string, readonly string[]>();
    let cursors: Cursor[] = [];

    const sqlPrototype = Object.getPrototypeOf(storage.sql) as SqlStorage;
    const exec = Reflect.get(sqlPrototype, "exec") as Exec;
    vi.spyOn(sqlPrototype, "exec").mockImplementation(function record(
      this: SqlStorage,
      statement: string,
      ...bindings: unknown[]
    ) {
      if (!plans.has(statement) && /^\s*(?:SELECT|INSERT|UPDATE|DELETE)/.test(statement)) {
        const rows = exec.call(this, `EXPLAIN QUERY PLAN ${statement}`, ...bindings).toArray();
        plans.set(
          statement,
          rows.map(({ detail }) => detail as string),
        );
      }
      const cursor = exec.call(this, statement, ...bindings);
      cursors.push(cursor);
      return cursor;
    } as never);
    const setAlarm = vi.spyOn(Object.getPrototypeOf(storage) as DurableObjectStorage, "setAlarm");

    return {
      plans,
      async measure(operation) {
        cursors = [];
        setAlarm.mockClear();
        await operation();
        return {
          read: cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
          written: cursors.reduce(
            (sum, { rowsWritten }) => sum + rowsWritten,
            setAlarm.mock.calls.length,
          ),
        };
      },
    };
  });
}
