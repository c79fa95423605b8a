/** The tables of a ledger. docs/storage.md has an example of each row. */

/** The version of the stored format. A later release reads this one and migrates it. */
const VERSION = 1;

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

/** Returns whether anything was stored in this ledger. */
export function hasTables(sql: SqlStorage): boolean {
  return sql.exec("SELECT name FROM sqlite_master WHERE name = 'ledger'").toArray().length > 0;
}

/** Creates the tables of a new ledger. Throws for a ledger of another version. */
export function migrate(sql: SqlStorage): void {
  if (!hasTables(sql)) {
    for (const table of TABLES) sql.exec(table);
    sql.exec("INSERT INTO ledger (version) VALUES (?)", VERSION);
    return;
  }
  const { version } = sql.exec<{ version: number }>("SELECT version FROM ledger").one();
  if (version !== VERSION)
    throw new TypeError(
      `Cannot read the ledger: its version is ${version}, this release knows ${VERSION}`,
    );
}
