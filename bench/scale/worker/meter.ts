/** Counts the rows that SQLite reads and writes in a ledger, as Cloudflare bills them. */
/** No table of a ledger has a column of bytes. */
export type Row = Record<string, string | number | null>;
type Exec = (this: SqlStorage, statement: string, ...bindings: unknown[]) => SqlStorageCursor<Row>;

export interface Rows {
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

let isPatched = false;
let isMetered = true;
let cursors: SqlStorageCursor<Row>[] = [];
let alarmsSet = 0;

/** Counts what every ledger of this isolate executes from now on. */
export function meterSql(sql: SqlStorage): void {
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
      if (isMetered) cursors.push(cursor);
      return cursor;
    },
  );
}

/** Reads rows for the simulation itself. */
export function queryUnmetered(sql: SqlStorage, statement: string): readonly Row[] {
  isMetered = false;
  try {
    return sql.exec<Row>(statement).toArray();
  } finally {
    isMetered = true;
  }
}

/** Each alarm that is set is one row written (Cloudflare: "Durable Objects pricing"). */
export function countAlarm(): void {
  alarmsSet += 1;
}

/** Returns what was counted since the last time. A cursor counts while it is read: call it when all are. */
export function takeRows(): Rows {
  const sum = (rows: "rowsRead" | "rowsWritten") =>
    cursors.reduce((total, cursor) => total + cursor[rows], 0);
  const taken = { rowsRead: sum("rowsRead"), rowsWritten: sum("rowsWritten") + alarmsSet };
  cursors = [];
  alarmsSet = 0;
  return taken;
}
