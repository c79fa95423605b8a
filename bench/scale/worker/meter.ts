/** Counts the rows that SQLite reads and writes in a ledger, as Cloudflare bills them. */

/** No table of a ledger has a column of bytes. */
export type Row = Record<string, string | number | null>;
type Exec = (this: SqlStorage, statement: string, ...bindings: unknown[]) => SqlStorageCursor<Row>;

export interface Rows {
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

export interface Meter {
  /** Each alarm that is set is one row written (Cloudflare: "Durable Objects pricing"). */
  readonly countAlarm: () => void;
  /** Returns what was counted since the last time. A cursor counts while it is read: call it when all are. */
  readonly take: () => Rows;
  /** Reads rows that are not counted. */
  readonly query: (statement: string) => readonly Row[];
}

/** The cursors of each ledger: several work at the same time where one calls another. */
const cursorsOf = new WeakMap<SqlStorage, SqlStorageCursor<Row>[]>();
let isPatched = false;

export function createMeter(sql: SqlStorage): Meter {
  const cursors: SqlStorageCursor<Row>[] = [];
  let alarmsSet = 0;
  cursorsOf.set(sql, cursors);
  patch(sql);
  return {
    countAlarm() {
      alarmsSet += 1;
    },
    take() {
      const all = cursors.splice(0);
      const sum = (rows: keyof Rows) => all.reduce((total, cursor) => total + cursor[rows], 0);
      const taken = { rowsRead: sum("rowsRead"), rowsWritten: sum("rowsWritten") + alarmsSet };
      alarmsSet = 0;
      return taken;
    },
    query(statement) {
      const rows = sql.exec<Row>(statement).toArray();
      cursors.pop();
      return rows;
    },
  };
}

/** From now on every ledger of this isolate keeps its cursors. */
function patch(sql: SqlStorage): void {
  if (isPatched) return;
  isPatched = true;
  /* oxlint-disable typescript/no-unsafe-type-assertion -- the platform's own class */
  const prototype = Object.getPrototypeOf(sql) as SqlStorage;
  const exec = Reflect.get(prototype, "exec") as Exec;
  /* oxlint-enable typescript/no-unsafe-type-assertion */
  Reflect.set(
    prototype,
    "exec",
    function metered(this: SqlStorage, statement: string, ...bindings: unknown[]) {
      const cursor = exec.call(this, statement, ...bindings);
      cursorsOf.get(this)?.push(cursor);
      return cursor;
    },
  );
}
