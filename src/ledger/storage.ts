/** The storage of one ledger: SQLite, opened once for each instance, and the alarm that follows from what is in it. */
import type { Quota } from "../config/policy-schema.ts";
import type { LedgerDependencies } from "./dependencies.ts";
import { addOptional, hasAddition, hasTables, migrate } from "./schema.ts";
import { NEXT_EVENT } from "./audit-outbox.ts";
import { hasStored } from "./stored.ts";

const FIVE_MINUTES_MS = 300_000;
const NEXT_LOOK = "SELECT min(due_ms) FROM stored WHERE due_ms IS NOT NULL";

/**
 * Optional tables whose rows keep a ledger, though no alarm is due for them: what has ended is deleted with the
 * next read or change.
 */
const KEPT = ["revocation", "stuck_ledger"] as const;

/** Optional tables that an alarm may be due for. */
const DUE_TABLES = ["stored", "audit"] as const;
type DueTable = (typeof DUE_TABLES)[number];

export class LedgerStorage {
  readonly sql: SqlStorage;
  readonly #storage: DurableObjectStorage;
  /** Throws for an invalid configuration. */
  readonly #getDependencies: () => LedgerDependencies;
  #isOpen = false;
  /** The optional tables that it has, of those that an alarm may be due for. */
  #tables: ReadonlySet<DueTable> = new Set();
  /** When this instance last set the alarm to: saves a write where that stays. */
  #alarmAtMs: number | undefined;

  constructor(storage: DurableObjectStorage, getDependencies: () => LedgerDependencies) {
    this.sql = storage.sql;
    this.#storage = storage;
    this.#getDependencies = getDependencies;
  }

  /** Whether it has the tables of what is stored, which other ledgers do without. */
  get countsStored(): boolean {
    return this.#tables.has("stored");
  }

  /** Whether it has the table of the events of an audit. */
  get hasAudit(): boolean {
    return this.#tables.has("audit");
  }

  /** Runs one change in a transaction, and sets the alarm that follows from it. */
  async change<T>(change: (nowMs: number) => T): Promise<T> {
    await this.open();
    const result = this.transact(() => change(this.#getDependencies().now()));
    await this.schedule();
    return result;
  }

  /** Runs a read. It creates no tables: where there are none, the result is `empty`. */
  async read<T>(read: () => T, empty: T): Promise<T> {
    const isFirst = !this.#isOpen;
    if (isFirst && !hasTables(this.sql)) return empty;
    await this.open();
    const result = read();
    // A change sets the alarm anyway.
    if (isFirst) await this.schedule();
    return result;
  }

  /** Runs a change of the alarm, which sets the next one itself. */
  transact<T>(change: () => T): T {
    try {
      return this.#storage.transactionSync(change);
    } catch (error) {
      // What was created in the transaction is gone with it.
      this.#tables = this.#findTables();
      throw error;
    }
  }

  /** Creates the tables that a quota needs. Runs in a transaction. */
  prepareFor(quota: Quota | undefined): void {
    if (quota?.objects !== undefined) this.prepare("stored");
  }

  /** Creates an optional table, unless it is there. Runs in a transaction. */
  prepare(table: DueTable): void {
    if (this.#tables.has(table)) return;
    addOptional(this.sql, table);
    this.#tables = new Set([...this.#tables, table]);
  }

  /** The alarm that was set has come. */
  alarmHasCome(): void {
    this.#alarmAtMs = undefined;
  }

  /** Once per instance. An alarm that was due before may never come: it counts as not set. */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    this.#storage.transactionSync(() => migrate(this.sql));
    this.#tables = this.#findTables();
    const alarmAtMs = (await this.#storage.getAlarm()) ?? 0;
    this.#alarmAtMs = alarmAtMs > this.#getDependencies().now() ? alarmAtMs : undefined;
    this.#isOpen = true;
  }

  /** Sets the alarm where the configuration is invalid or the storage fails, so that the next due time is unknown. */
  async scheduleRetry(): Promise<void> {
    await this.#storage.setAlarm(Date.now() + FIVE_MINUTES_MS);
  }

  /** Sets the alarm to the next due time. A ledger without any data deletes itself. */
  async schedule(): Promise<void> {
    const { deliver, audit, now } = this.#getDependencies();
    const { upload, message, stored, event, idle } = this.sql
      .exec<Record<"upload" | "message" | "stored" | "event" | "idle", number | null>>(
        `SELECT (SELECT min(due_ms) FROM upload) AS upload,
           (${this.countsStored ? NEXT_LOOK : "NULL"}) AS stored,
           (${this.hasAudit ? NEXT_EVENT : "NULL"}) AS event,
           (SELECT min(next_ms) FROM message) AS message,
           (SELECT max(start_ms + 2000 * seconds) FROM window) AS idle`,
      )
      .one();
    const due = Math.min(
      ...[upload, deliver && message, stored, audit && event].map((dueMs) => dueMs ?? Infinity),
    );
    const next = due < Infinity ? due : (idle ?? 0);
    if (due < Infinity || next > now()) {
      // In the same event as the change, so that both are stored or neither. The platform may drop
      // an alarm that is set in the past (cloudflare/workerd 6866).
      if (this.#alarmAtMs !== next) await this.#storage.setAlarm(Math.max(next, now() + 1));
      this.#alarmAtMs = next;
      return;
    }
    // What is stored counts for as long as it is.
    if (this.countsStored && hasStored(this.sql)) return;
    if (KEPT.some((table) => hasAddition(this.sql, table) && hasRows(this.sql, table))) return;
    this.#isOpen = false;
    await this.#storage.deleteAll();
  }

  #findTables(): ReadonlySet<DueTable> {
    return new Set(DUE_TABLES.filter((table) => hasAddition(this.sql, table)));
  }
}

function hasRows(sql: SqlStorage, table: (typeof KEPT)[number]): boolean {
  return sql.exec(`SELECT 1 FROM ${table} LIMIT 1`).toArray().length > 0;
}
