/**
 * The Durable Object of one caller: counters, records and the outbox, in SQLite. It decides nothing
 * about policies: limits come with each call. Nothing that matters is in memory.
 */
import { DurableObject } from "cloudflare:workers";
import type { Quota } from "../config/config.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { Log } from "../log.ts";
import { readList, type Page, type PageQuery } from "./list.ts";
import { sendDue, type Deliver } from "./outbox.ts";
import type { Outcome, UploadRecord } from "./record.ts";
import type { Answer, Reservation } from "./limits.ts";
import { reserve } from "./reserve.ts";
import { hasTables, migrate } from "./schema.ts";
import { attach, findRecord, isKeyShared, settle } from "./settle.ts";
import { watch, type Watch } from "./alarm.ts";

/** What the Worker asks of a caller's ledger: each is one round trip. */
export interface LedgerApi {
  readonly reserve: (reservations: readonly Reservation[]) => Promise<readonly Answer[]>;
  /** Keeps what became known of an upload after it was admitted; `false` where it is pending no more. */
  readonly attach: (claims: UploadClaims, dueAtMs: number) => Promise<boolean>;
  readonly find: (id: string) => Promise<UploadRecord | undefined>;
  readonly list: (query: PageQuery) => Promise<Page>;
  readonly isKeyShared: (id: string) => Promise<boolean>;
  /** The record after the change, or as it was where it had ended before. */
  readonly settle: (id: string, outcome: Outcome) => Promise<UploadRecord | undefined>;
}

/** What a ledger needs of the service, for what it does on its own. */
export interface LedgerWorld {
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
  readonly quotaOf: (policy: string) => Quota | undefined;
  /** `undefined`: nobody is to be told. */
  readonly deliver: Deliver | undefined;
  /** What became of an upload, asked of its store. Throws where the store cannot be asked. */
  readonly inspect: (claims: UploadClaims) => Promise<Outcome | undefined>;
  /** Forgets the parts of an upload that never came together. Throws where the store cannot be asked. */
  readonly abandon: (claims: UploadClaims) => Promise<void>;
  /** Takes away what an ended upload left. Throws where the store cannot be asked. */
  readonly sweep: (claims: UploadClaims) => Promise<void>;
  /** When a ticket can have no late arrival any more. */
  readonly sweepAtMs: (claims: UploadClaims) => number;
}

const FIVE_MINUTES_MS = 300_000;

/** Whether the service can work: with a mistake in its configuration the alarm waits for the next one. */
function isReady(worldOf: () => LedgerWorld): boolean {
  try {
    worldOf();
    return true;
  } catch {
    return false;
  }
}

/** The class to be exported by the Worker, for one service. */
export function createLedgerClass(worldOf: () => LedgerWorld) {
  return class Ledger extends DurableObject {
    readonly #sql: SqlStorage;
    #isOpen = false;
    /** What the alarm was set to, by this instance: a write less where it stays. */
    #alarmAtMs: number | undefined;

    constructor(state: DurableObjectState, env: Cloudflare.Env) {
      super(state, env);
      this.#sql = state.storage.sql;
    }

    /** Throws where the configuration has a mistake. */
    get #world(): LedgerWorld {
      return worldOf();
    }

    async reserve(reservations: readonly Reservation[]): Promise<readonly Answer[]> {
      return this.#change((nowMs) => reservations.map((item) => reserve(this.#sql, item, nowMs)));
    }

    async attach(claims: UploadClaims, dueAtMs: number): Promise<boolean> {
      return this.#change(() => attach(this.#sql, claims, dueAtMs));
    }

    /** Whether what is under the upload's key may be another upload's. */
    isKeyShared(id: string): boolean {
      const claims = this.#exists() ? findRecord(this.#sql, id)?.claims : undefined;
      return claims === undefined || isKeyShared(this.#sql, claims);
    }

    find(id: string): UploadRecord | undefined {
      return this.#exists() ? findRecord(this.#sql, id) : undefined;
    }

    list(query: PageQuery): Page {
      return this.#exists() ? readList(this.#sql, query) : { uploads: [], next: undefined };
    }

    async settle(id: string, outcome: Outcome): Promise<UploadRecord | undefined> {
      return this.#change((nowMs) => this.#settle(id, outcome, nowMs));
    }

    /** Never throws: the platform tries an alarm a few times only, and then forgets it. */
    override async alarm(): Promise<void> {
      this.#alarmAtMs = undefined;
      if (!isReady(worldOf)) {
        await this.ctx.storage.setAlarm(Date.now() + FIVE_MINUTES_MS);
        return;
      }
      this.#open();
      await this.#attempt(async () => watch(this.#sql, this.#watch()));
      await this.#attempt(async () => {
        if (this.#world.deliver) await sendDue(this.#sql, this.#world.deliver, this.#world);
      });
      await this.#schedule();
    }

    #watch(): Watch {
      const world = this.#world;
      return {
        ...world,
        sweep: async (claims) =>
          isKeyShared(this.#sql, claims) ? world.abandon(claims) : world.sweep(claims),
        settle: (id, outcome) =>
          void this.ctx.storage.transactionSync(() => this.#settle(id, outcome, this.#world.now())),
      };
    }

    #settle(id: string, outcome: Outcome, nowMs: number): UploadRecord | undefined {
      const claims = findRecord(this.#sql, id)?.claims;
      return (
        claims &&
        settle(this.#sql, id, outcome, {
          quota: this.#world.quotaOf(claims.policy),
          hasWebhook: this.#world.deliver !== undefined,
          nowMs,
          sweepAtMs: this.#world.sweepAtMs(claims),
        })
      );
    }

    /** One change, whole or not at all, and the alarm that goes with it. */
    async #change<T>(change: (nowMs: number) => T): Promise<T> {
      this.#open();
      const result = this.ctx.storage.transactionSync(() => change(this.#world.now()));
      await this.#schedule();
      return result;
    }

    async #attempt(work: () => Promise<void>): Promise<void> {
      try {
        await work();
      } catch (error) {
        this.#world.log("alarm-failed", {
          reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
        });
      }
    }

    /** Reading makes nothing: who only asks leaves nothing behind. */
    #exists(): boolean {
      if (!this.#isOpen && !hasTables(this.#sql)) return false;
      this.#open();
      return true;
    }

    #open(): void {
      if (this.#isOpen) return;
      this.ctx.storage.transactionSync(() => migrate(this.#sql));
      this.#isOpen = true;
    }

    /** The next moment at which something is due; a ledger with nothing in it deletes itself. */
    async #schedule(): Promise<void> {
      const { due, idle } = this.#sql
        .exec<{ due: number | null; idle: number | null }>(
          `SELECT min(due) AS due, (SELECT max(start_ms + 2000 * seconds) FROM window) AS idle FROM
             (SELECT min(due_ms) AS due FROM upload UNION ALL SELECT min(next_ms) FROM message WHERE ?)`,
          this.#world.deliver ? 1 : 0,
        )
        .one();
      const next = due ?? idle;
      if (next !== null && (due !== null || next > this.#world.now())) {
        // Right behind the change, so that no crash comes between them.
        if (this.#alarmAtMs !== next) await this.ctx.storage.setAlarm(next);
        this.#alarmAtMs = next;
        return;
      }
      this.#isOpen = false;
      this.#alarmAtMs = undefined;
      await this.ctx.storage.deleteAll();
    }
  };
}
