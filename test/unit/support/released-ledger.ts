/** A ledger as release 0.1.0 creates, reads and writes it: its own statements, word for word. */

const TABLES = [
  "CREATE TABLE ledger (version INTEGER NOT NULL)",
  `CREATE TABLE window (
    policy TEXT NOT NULL, counter TEXT NOT NULL, seconds INTEGER NOT NULL,
    start_ms INTEGER NOT NULL, used INTEGER NOT NULL, previous INTEGER NOT NULL,
    PRIMARY KEY (policy, counter)
  ) WITHOUT ROWID`,
  `CREATE TABLE upload (
    id TEXT PRIMARY KEY, policy TEXT NOT NULL, status TEXT NOT NULL, reserved INTEGER NOT NULL,
    claims TEXT NOT NULL, created_ms INTEGER NOT NULL, finished_ms INTEGER, result TEXT,
    due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    is_swept INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID`,
  "CREATE INDEX upload_pending ON upload (policy) WHERE status = 'pending'",
  "CREATE INDEX upload_due ON upload (due_ms)",
  "CREATE INDEX upload_newest ON upload (created_ms, id)",
  `CREATE TABLE message (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, created_ms INTEGER NOT NULL,
    next_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID`,
  "CREATE INDEX message_next ON message (next_ms)",
];

/** After whatever a test does. */
const DUE_MS = Date.parse("2041-01-01T00:00:00Z");

const RECORD_COLUMNS = "claims, status, created_ms, finished_ms, result";

export const released = {
  migrate(sql: SqlStorage): void {
    const isOld = sql.exec("SELECT name FROM sqlite_master WHERE name = 'ledger'").toArray();
    if (isOld.length === 0) {
      for (const table of TABLES) sql.exec(table);
      sql.exec("INSERT INTO ledger (version) VALUES (?)", 1);
      return;
    }
    const { version } = sql.exec<{ version: number }>("SELECT version FROM ledger").one();
    if (version !== 1) throw new TypeError(`Cannot read the ledger: its version is ${version}`);
  },
  usage: (sql: SqlStorage, policy: string) =>
    sql
      .exec<{ pending: number; reserved: number }>(
        "SELECT count(*) AS pending, coalesce(sum(reserved), 0) AS reserved FROM upload WHERE policy = ? AND status = 'pending'",
        policy,
      )
      .one(),
  reserve: (
    sql: SqlStorage,
    { id, policy, bytes, claims, nowMs }: Upload & { readonly nowMs: number },
  ) =>
    sql.exec(
      "INSERT INTO upload (id, policy, status, reserved, claims, created_ms, due_ms) VALUES (?, ?, 'pending', ?, ?, ?, ?)",
      id,
      policy,
      bytes,
      JSON.stringify(claims),
      nowMs,
      DUE_MS,
    ),
  count: (sql: SqlStorage, policy: string, counter: string, amount: number) =>
    sql.exec(
      `INSERT INTO window (policy, counter, seconds, start_ms, used, previous) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET seconds = excluded.seconds, start_ms = excluded.start_ms,
       used = excluded.used, previous = excluded.previous`,
      policy,
      counter,
      60,
      0,
      amount,
      0,
    ),
  attach: (sql: SqlStorage, id: string, claims: object) =>
    sql.exec(
      "UPDATE upload SET claims = ?, due_ms = ? WHERE id = ? AND status = 'pending'",
      JSON.stringify(claims),
      DUE_MS,
      id,
    ).rowsWritten > 0,
  isKeyShared: (sql: SqlStorage, id: string, { key, store }: { key: string; store: string }) =>
    sql
      .exec(
        `SELECT 1 FROM upload WHERE id <> ? AND status IN ('pending', 'completed')
       AND json_extract(claims, '$.key') = ? AND json_extract(claims, '$.store') = ? LIMIT 1`,
        id,
        key,
        store,
      )
      .toArray().length > 0,
  find: (sql: SqlStorage, id: string) =>
    sql.exec(`SELECT ${RECORD_COLUMNS} FROM upload WHERE id = ?`, id).toArray(),
  settle: (sql: SqlStorage, id: string, status: string, nowMs = 0) =>
    sql.exec(
      "UPDATE upload SET status = ?, reserved = 0, result = ?, finished_ms = ?, due_ms = ?, attempts = 0 WHERE id = ?",
      status,
      null,
      nowMs,
      DUE_MS,
      id,
    ),
  markCleanedUp: (sql: SqlStorage, id: string) =>
    sql.exec("UPDATE upload SET is_swept = 1, due_ms = ? WHERE id = ?", DUE_MS, id),
  forget: (sql: SqlStorage, id: string) => sql.exec("DELETE FROM upload WHERE id = ?", id),
  list: (sql: SqlStorage, status: string | null) =>
    sql
      .exec(
        `SELECT ${RECORD_COLUMNS} FROM upload
       WHERE (created_ms, id) < (?, ?) AND (? IS NULL OR status = ?)
       ORDER BY created_ms DESC, id DESC LIMIT ?`,
        Number.MAX_SAFE_INTEGER,
        "",
        status,
        status,
        51,
      )
      .toArray(),
  due: (sql: SqlStorage) =>
    sql
      .exec(
        `SELECT min(due) AS due, (SELECT max(start_ms + 2000 * seconds) FROM window) AS idle FROM
             (SELECT min(due_ms) AS due FROM upload UNION ALL SELECT min(next_ms) FROM message WHERE ?)`,
        1,
      )
      .one(),
};

interface Upload {
  readonly id: string;
  readonly policy: string;
  readonly bytes: number;
  readonly claims: object;
}
