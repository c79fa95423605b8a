/**
 * What was added to the tables of version 1, by name. An addition must hold while release 0.1.0 reads
 * and writes the same ledger: columns have defaults, and triggers keep what an older release does not.
 * Never change one that was released: add another.
 */

/** An upload takes a place while it is pending, and while it reserves bytes. */
const takesPlace = (row: string) => `(${row}.status = 'pending' OR ${row}.reserved > 0)`;

/** Rows that are kept for a week so that clients can ask for them, and due after it. */
export const KEPT = "attempts = 0 AND (status = 'completed' OR is_swept = 1)";

/** A webhook has failed for ten minutes then, the look at an upload for a quarter of an hour. */
export const STUCK = "attempts > 3";

/** The columns that were added to `upload`: a new ledger is created with them. */
export const ADDED_COLUMNS = ["idempotency TEXT", "fingerprint TEXT"] as const;
const addColumn = (column: (typeof ADDED_COLUMNS)[number]) =>
  `ALTER TABLE upload ADD COLUMN ${column}`;

export const ADDITIONS: Readonly<Record<string, readonly string[]>> = {
  /** What the uploads of each policy take, so that no reservation counts them. */
  usage: [
    `CREATE TABLE usage (
      policy TEXT PRIMARY KEY, records INTEGER NOT NULL, pending INTEGER NOT NULL,
      reserved INTEGER NOT NULL
    ) WITHOUT ROWID`,
    `INSERT INTO usage (policy, records, pending, reserved)
      SELECT policy, count(*), sum(${takesPlace("upload")}), sum(reserved)
      FROM upload GROUP BY policy`,
    `CREATE TRIGGER usage_insert AFTER INSERT ON upload BEGIN
      INSERT INTO usage (policy, records, pending, reserved)
        VALUES (NEW.policy, 1, ${takesPlace("NEW")}, NEW.reserved)
      ON CONFLICT (policy) DO UPDATE SET records = records + excluded.records,
        pending = pending + excluded.pending, reserved = reserved + excluded.reserved;
    END`,
    `CREATE TRIGGER usage_update AFTER UPDATE OF status, reserved ON upload
      WHEN NEW.status <> OLD.status OR NEW.reserved <> OLD.reserved BEGIN
      UPDATE usage SET pending = pending + ${takesPlace("NEW")} - ${takesPlace("OLD")},
        reserved = reserved + NEW.reserved - OLD.reserved WHERE policy = NEW.policy;
    END`,
    `CREATE TRIGGER usage_delete AFTER DELETE ON upload BEGIN
      UPDATE usage SET records = records - 1, pending = pending - ${takesPlace("OLD")},
        reserved = reserved - OLD.reserved WHERE policy = OLD.policy;
    END`,
  ],
  /** The list of one status, newest first. */
  upload_status: ["CREATE INDEX upload_status ON upload (status, created_ms, id)"],
  /** The uploads that the object under a key may belong to. */
  upload_key: [
    `CREATE INDEX upload_key ON upload
      (json_extract(claims, '$.key'), json_extract(claims, '$.store'))
      WHERE status IN ('pending', 'completed')`,
  ],
  /** The objects that stay in the store after their uploads ended, and whose bytes have been counted. */
  upload_counted: [
    `CREATE INDEX upload_counted ON upload (json_extract(result, '$.countedEtag'))
      WHERE json_extract(result, '$.countedEtag') IS NOT NULL`,
  ],
  /** The records that may be deleted early, the oldest first. */
  upload_kept: [`CREATE INDEX upload_kept ON upload (due_ms) WHERE ${KEPT}`],
  /** What has failed again and again. */
  stuck: [
    `CREATE INDEX upload_stuck ON upload (attempts) WHERE ${STUCK}`,
    `CREATE INDEX message_stuck ON message (attempts) WHERE ${STUCK}`,
  ],
  /** Which request created an upload, if it had an Idempotency-Key. */
  upload_idempotency: [
    addColumn("idempotency TEXT"),
    addColumn("fingerprint TEXT"),
    `CREATE UNIQUE INDEX upload_idempotency ON upload (idempotency)
      WHERE idempotency IS NOT NULL`,
  ],
};

const addStored = `INSERT INTO stored_usage (policy, objects, bytes)
    VALUES (NEW.policy, NEW.objects, NEW.bytes)
  ON CONFLICT (policy) DO UPDATE SET objects = objects + excluded.objects,
    bytes = bytes + excluded.bytes;`;
const subtractStored = `UPDATE stored_usage SET objects = objects - OLD.objects,
    bytes = bytes - OLD.bytes WHERE policy = OLD.policy;`;

/** Additions that a ledger gets when it first needs them, so that others do without. */
export const OPTIONAL_ADDITIONS = {
  /** Whose an upload is, in a ledger of several callers. */
  upload_owner: [
    "ALTER TABLE upload ADD COLUMN owner TEXT",
    "CREATE INDEX upload_owner ON upload (owner, created_ms, id)",
    "CREATE INDEX upload_owner_status ON upload (owner, status, created_ms, id)",
  ],
  /** The objects that count as stored, and their sums, so that no reservation counts them. */
  stored: [
    `CREATE TABLE stored (
      store TEXT NOT NULL, key TEXT NOT NULL, policy TEXT NOT NULL, objects INTEGER NOT NULL,
      bytes INTEGER NOT NULL, etag TEXT NOT NULL, open_until_ms INTEGER NOT NULL, origin TEXT,
      due_ms INTEGER, attempts INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (store, key)
    ) WITHOUT ROWID`,
    "CREATE INDEX stored_due ON stored (due_ms) WHERE due_ms IS NOT NULL",
    `CREATE TABLE stored_usage (
      policy TEXT PRIMARY KEY, objects INTEGER NOT NULL, bytes INTEGER NOT NULL
    ) WITHOUT ROWID`,
    `CREATE TRIGGER stored_insert AFTER INSERT ON stored BEGIN ${addStored} END`,
    `CREATE TRIGGER stored_update AFTER UPDATE OF policy, objects, bytes ON stored
      BEGIN ${subtractStored} ${addStored} END`,
    `CREATE TRIGGER stored_delete AFTER DELETE ON stored BEGIN ${subtractStored} END`,
  ],
  /** What was revoked, in the one ledger that keeps it. The issuer is null for everybody. */
  revocation: [
    `CREATE TABLE revocation (
      subject TEXT PRIMARY KEY, issuer TEXT, until_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL
    ) WITHOUT ROWID`,
  ],
  /** The events of the audit that wait to be sent. */
  audit: [
    `CREATE TABLE audit (
      position INTEGER PRIMARY KEY, event TEXT NOT NULL, created_ms INTEGER NOT NULL,
      next_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0
    )`,
  ],
  /** When a ledger that is stuck has told the directory. */
  stuck_report: ["CREATE TABLE stuck_report (at_ms INTEGER NOT NULL)"],
  /** The ledgers that are stuck, in the one ledger that lists them. */
  stuck_ledger: [
    `CREATE TABLE stuck_ledger (
      ledger TEXT PRIMARY KEY, kind TEXT NOT NULL, issuer TEXT NOT NULL, user TEXT NOT NULL,
      policy TEXT NOT NULL, attempts INTEGER NOT NULL, since_ms INTEGER NOT NULL,
      count INTEGER NOT NULL, told_ms INTEGER NOT NULL
    ) WITHOUT ROWID`,
  ],
  /** How many they are, so that no report counts them, and when old ones were last deleted. */
  stuck_count: [
    "CREATE TABLE stuck_count (ledgers INTEGER NOT NULL, pruned_ms INTEGER NOT NULL)",
    "INSERT INTO stuck_count (ledgers, pruned_ms) SELECT count(*), 0 FROM stuck_ledger",
    `CREATE TRIGGER stuck_insert AFTER INSERT ON stuck_ledger
      BEGIN UPDATE stuck_count SET ledgers = ledgers + 1; END`,
    `CREATE TRIGGER stuck_delete AFTER DELETE ON stuck_ledger
      BEGIN UPDATE stuck_count SET ledgers = ledgers - 1; END`,
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;
