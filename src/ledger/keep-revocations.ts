/** Keeps the revocations in the tables of one ledger. */
import { EVERYBODY, KEPT_MS } from "../grant/revoked.ts";
import {
  MAX_REVOKED_USERS,
  type Revocation,
  type RevocationLedger,
  type RevocationList,
  type RevokeResult,
} from "./revocation.ts";
import { addOptional, hasAddition } from "./schema.ts";
import type { LedgerStorage } from "./storage.ts";

interface Dependencies {
  readonly now: () => number;
  readonly random: () => number;
}

interface Kept extends Required<RevocationList> {
  /** When the first of them ends. */
  readonly endsMs: number;
}

/** The list of a ledger without tables. */
const NOTHING: Kept = { version: "0", revocations: [], endsMs: Infinity };

export class Revocations implements RevocationLedger {
  readonly #storage: LedgerStorage;
  readonly #getDependencies: () => Dependencies;
  /** Saves most reads of the storage. Set where it is read, so that no change comes in between. */
  #kept: Kept | undefined;

  constructor(storage: LedgerStorage, getDependencies: () => Dependencies) {
    this.#storage = storage;
    this.#getDependencies = getDependencies;
  }

  async readRevocations(knownVersion: string | undefined): Promise<RevocationList> {
    if (this.#kept && this.#kept.endsMs <= this.#getDependencies().now())
      await this.#storage.change((nowMs) => this.#forgetEnded(nowMs));
    const { version, revocations } =
      this.#kept ?? (await this.#storage.read(() => this.#load(), NOTHING));
    return version === knownVersion ? { version } : { version, revocations };
  }

  async revoke(revocation: Revocation): Promise<RevokeResult> {
    const untilMs = await this.#storage.change((nowMs) => this.#add(revocation, nowMs));
    if (untilMs === undefined) return { isFull: true };
    return { isFull: false, untilMs, list: await this.readRevocations(undefined) };
  }

  /** Returns until when it is refused; `undefined` where there is no room. Runs in a transaction. */
  #add({ subject, issuer, untilMs }: Revocation, nowMs: number): number | undefined {
    const { sql } = this.#storage;
    addOptional(sql, "revocation");
    this.#forgetEnded(nowMs);
    const [earlier] = sql
      .exec<{ until_ms: number }>("SELECT until_ms FROM revocation WHERE subject = ?", subject)
      .toArray();
    const isUser = issuer !== undefined && !subject.startsWith("issuer ");
    if (!earlier && isUser && this.#countUsers() >= MAX_REVOKED_USERS) return undefined;
    // What is refused already stays so. Only what a block would refuse in the future can change.
    const refusedMs = Math.max(untilMs, Math.min(earlier?.until_ms ?? 0, nowMs));
    sql.exec(
      `INSERT INTO revocation (subject, issuer, until_ms, ends_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET until_ms = excluded.until_ms, ends_ms = excluded.ends_ms`,
      subject,
      issuer ?? null,
      refusedMs,
      refusedMs + KEPT_MS,
    );
    if (!isUser) this.#forgetCovered({ subject, issuer, untilMs: Math.min(refusedMs, nowMs) });
    return refusedMs;
  }

  /** Deletes what a wider revocation refuses too. */
  #forgetCovered({ subject, issuer, untilMs }: Revocation): void {
    const { sql } = this.#storage;
    if (subject === EVERYBODY)
      sql.exec("DELETE FROM revocation WHERE subject <> ? AND until_ms <= ?", subject, untilMs);
    else
      sql.exec(
        "DELETE FROM revocation WHERE issuer = ? AND subject <> ? AND until_ms <= ?",
        issuer,
        subject,
        untilMs,
      );
  }

  #countUsers(): number {
    const { sql } = this.#storage;
    const counted = sql.exec<{ users: number }>(
      "SELECT count(*) AS users FROM revocation WHERE issuer IS NOT NULL",
    );
    return counted.one().users;
  }

  #forgetEnded(nowMs: number): void {
    this.#kept = undefined;
    this.#storage.sql.exec("DELETE FROM revocation WHERE ends_ms <= ?", nowMs);
  }

  #load(): Kept {
    const { sql } = this.#storage;
    const rows = hasAddition(sql, "revocation")
      ? sql
          .exec<{ subject: string; until_ms: number; ends_ms: number }>(
            "SELECT subject, until_ms, ends_ms FROM revocation",
          )
          .toArray()
      : [];
    const endsMs = Math.min(Infinity, ...rows.map(({ ends_ms: ms }) => ms));
    const { now, random } = this.#getDependencies();
    this.#kept = {
      version: `${now()}.${random()}`,
      revocations: rows.map(({ subject, until_ms: untilMs }) => ({ subject, untilMs })),
      endsMs,
    };
    return this.#kept;
  }
}
