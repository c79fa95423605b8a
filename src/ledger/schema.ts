/** The tables of a ledger. docs/storage.md has an example of each row. */
import { ADDED_COLUMNS, ADDITIONS, OPTIONAL_ADDITIONS } from "./additions.ts";

/** The version of the stored format. A later release reads this one and migrates it. */
const VERSION = 1;

const TABLES = [
  "CREATE TABLE ledger (version INTEGER NOT NULL)",
  "CREATE TABLE addition (name TEXT PRIMARY KEY) WITHOUT ROWID",
  `CREATE TABLE window (
    policy TEXT NOT NULL, counter TEXT NOT NULL, seconds INTEGER NOT NULL,
    start_ms INTEGER NOT NULL, used INTEGER NOT NULL, previous INTEGER NOT NULL,
    PRIMARY KEY (policy, counter)
  ) WITHOUT ROWID`,
  `CREATE TABLE upload (
    id TEXT PRIMARY KEY, policy TEXT NOT NULL, status TEXT NOT NULL, reserved INTEGER NOT NULL,
    claims TEXT NOT NULL, created_ms INTEGER NOT NULL, finished_ms INTEGER, result TEXT,
    due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    is_swept INTEGER NOT NULL DEFAULT 0, ${ADDED_COLUMNS.join(", ")}
  ) WITHOUT ROWID`,
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
  return hasTable(sql, "ledger");
}

/** Creates the tables of a new ledger, and what an older release did not add. Throws for a ledger of another version. */
export function migrate(sql: SqlStorage): void {
  const isNew = !hasTables(sql);
  if (isNew) createTables(sql);
  else requireVersion(sql);
  applyAdditions(sql, isNew);
}

type OptionalAddition = keyof typeof OPTIONAL_ADDITIONS;

/** Returns whether the ledger has an optional addition. It has to be migrated. */
export function hasAddition(sql: SqlStorage, name: OptionalAddition): boolean {
  return sql.exec("SELECT 1 FROM addition WHERE name = ?", name).toArray().length > 0;
}

/** Makes an optional addition, unless it is there. Runs in a transaction. */
export function addOptional(sql: SqlStorage, name: OptionalAddition): void {
  if (hasAddition(sql, name)) return;
  for (const statement of OPTIONAL_ADDITIONS[name]) sql.exec(statement);
  sql.exec("INSERT INTO addition (name) VALUES (?)", name);
}

function createTables(sql: SqlStorage): void {
  for (const table of TABLES) sql.exec(table);
  sql.exec("INSERT INTO ledger (version) VALUES (?)", VERSION);
}

function requireVersion(sql: SqlStorage): void {
  const { version } = sql.exec<{ version: number }>("SELECT version FROM ledger").one();
  if (version !== VERSION)
    throw new TypeError(
      `Cannot read the ledger: its version is ${version}, this release knows ${VERSION}`,
    );
}

/** Runs the additions that this ledger lacks. Those of a later release stay as they are. */
function applyAdditions(sql: SqlStorage, isNew: boolean): void {
  // Release 0.1.0 created ledgers without this table.
  if (!hasTable(sql, "addition"))
    sql.exec("CREATE TABLE addition (name TEXT PRIMARY KEY) WITHOUT ROWID");
  const applied = new Set(
    sql
      .exec<{ name: string }>("SELECT name FROM addition")
      .toArray()
      .map(({ name }) => name),
  );
  for (const [name, statements] of Object.entries(ADDITIONS)) {
    if (applied.has(name)) continue;
    for (const statement of statements)
      if (!isNew || !statement.startsWith("ALTER TABLE")) sql.exec(statement);
    sql.exec("INSERT INTO addition (name) VALUES (?)", name);
  }
}

function hasTable(sql: SqlStorage, name: string): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE name = ?", name).toArray().length > 0;
}
