/**
 * The Durable Object of one caller: counters, records and the outbox, in SQLite. Limits come with each
 * call. All state is in storage.
 */
import { DurableObject } from "cloudflare:workers";
import type { Quota } from "../config/policy-schema.ts";
import { lastArrivalMs, type UploadClaims } from "../grant/upload-claims.ts";
import { describeError } from "../log.ts";
import type { Ledger as LedgerMethods } from "./client.ts";
import { countLeftover } from "./count-leftover.ts";
import type { LedgerDependencies } from "./dependencies.ts";
import { forgetRequest } from "./earlier.ts";
import { findByKey } from "./find-by-key.ts";
import { readList } from "./list.ts";
import type { DeletedObject } from "./leftover.ts";
import { lookAtStored } from "./look-at-stored.ts";
import type { Page, PageQuery } from "./page.ts";
import { sendDue } from "./outbox.ts";
import type { Outcome, UploadRecord } from "./record.ts";
import {
  UNUSED,
  remainingOf,
  type LimitedPolicy,
  type RemainingQuota,
  type Reservation,
  type ReservationResult,
} from "./limits.ts";
import { readQuota, reserve } from "./reserve.ts";
import { addOptional, hasAddition, hasTables, migrate } from "./schema.ts";
import { attach, findRecord, isKeyShared, release, settle } from "./settle.ts";
import { forgetObject, hasStored } from "./stored.ts";
import { handleDueUploads, type AlarmDependencies } from "./alarm.ts";

/** The class that the Worker exports. */
export type LedgerClass = new (
  state: DurableObjectState,
  env: Cloudflare.Env,
) => DurableObject & LedgerMethods;

const FIVE_MINUTES_MS = 300_000;
const NEXT_LOOK = "SELECT min(due_ms) FROM stored WHERE due_ms IS NOT NULL";

/** Returns whether the configuration is valid. Otherwise the alarm waits for a deployment that is. */
function isReady(getDependencies: () => LedgerDependencies): boolean {
  try {
    getDependencies();
    return true;
  } catch {
    return false;
  }
}

/** Returns the class that the Worker exports. `getDependencies` throws for an invalid configuration. */
export function createLedgerClass(getDependencies: () => LedgerDependencies): LedgerClass {
  return class Ledger extends DurableObject {
    readonly #sql: SqlStorage;
    #isOpen = false;
    /** Has the tables of what is stored, which other ledgers do without. */
    #countsStored = false;
    /** When this instance last set the alarm to: saves a write where that stays. */
    #alarmAtMs: number | undefined;

    constructor(state: DurableObjectState, env: Cloudflare.Env) {
      super(state, env);
      this.#sql = state.storage.sql;
    }

    get #dependencies(): LedgerDependencies {
      return getDependencies();
    }

    async reserve(reservations: readonly Reservation[]): Promise<readonly ReservationResult[]> {
      return this.#change((nowMs) =>
        reservations.map((item) => {
          this.#prepareFor(item.quota);
          return reserve(this.#sql, item, nowMs);
        }),
      );
    }

    async readQuotas(policies: readonly LimitedPolicy[]): Promise<readonly RemainingQuota[]> {
      const nowMs = this.#dependencies.now();
      return this.#read(
        () => policies.map((one) => readQuota(this.#sql, one, nowMs)),
        policies.map(({ quota }) => remainingOf(UNUSED, quota, nowMs)),
      );
    }

    async attach(claims: UploadClaims, dueAtMs: number): Promise<boolean> {
      return this.#change(() => attach(this.#sql, claims, dueAtMs));
    }

    /** Returns whether the object under the upload's key may belong to another upload. */
    async isKeyShared(id: string): Promise<boolean> {
      return this.#read(() => {
        const claims = findRecord(this.#sql, id)?.claims;
        return claims === undefined || isKeyShared(this.#sql, claims);
      }, true);
    }

    async find(id: string): Promise<UploadRecord | undefined> {
      return this.#read(() => findRecord(this.#sql, id), undefined);
    }

    async findByKey(key: string, stores: readonly string[]): Promise<readonly UploadRecord[]> {
      return this.#read(() => findByKey(this.#sql, key, stores), []);
    }

    async list(query: PageQuery): Promise<Page> {
      return this.#read(() => readList(this.#sql, query), { uploads: [], next: undefined });
    }

    async settle(id: string, outcome: Outcome): Promise<UploadRecord | undefined> {
      return this.#change((nowMs) => this.#settle(id, outcome, nowMs));
    }

    async undo({ jti, uploadId }: UploadClaims): Promise<boolean> {
      return this.#change((nowMs) => {
        const { claims, status } = findRecord(this.#sql, jti) ?? {};
        if (!claims || ![undefined, uploadId].includes(claims.uploadId)) return false;
        // A caller who has aborted it meanwhile wants no other one.
        if (status === "pending") forgetRequest(this.#sql, jti);
        this.#settle(jti, { status: "aborted" }, nowMs);
        return true;
      });
    }

    async release(id: string): Promise<void> {
      return this.#change(() => release(this.#sql, id));
    }

    async forgetObject(object: DeletedObject): Promise<void> {
      await this.#read(() => undefined, undefined);
      if (this.#countsStored) await this.#change((nowMs) => forgetObject(this.#sql, object, nowMs));
    }

    /** Never throws: the platform retries an alarm only a few times, and then drops it. */
    override async alarm(): Promise<void> {
      this.#alarmAtMs = undefined;
      if (!isReady(getDependencies)) {
        await this.ctx.storage.setAlarm(Date.now() + FIVE_MINUTES_MS);
        return;
      }
      if (!(await this.#attempt(async () => this.#open()))) {
        await this.ctx.storage.setAlarm(Date.now() + FIVE_MINUTES_MS);
        return;
      }
      await this.#attempt(async () => handleDueUploads(this.#sql, this.#alarmDependencies()));
      await this.#attempt(async () => {
        if (this.#countsStored) await lookAtStored(this.#sql, this.#dependencies);
      });
      await this.#attempt(async () => {
        const { deliver } = this.#dependencies;
        if (deliver) await sendDue(this.#sql, deliver, this.#dependencies);
      });
      await this.#schedule();
    }

    #alarmDependencies(): AlarmDependencies {
      const dependencies = this.#dependencies;
      const { cleanUp, quotaOf, now } = dependencies;
      return {
        ...dependencies,
        cleanUp: async (claims, isLast) => {
          const shared = isKeyShared(this.#sql, claims);
          const found = await cleanUp(claims, { isKeyShared: shared, isLast });
          // It may have been counted as a leftover before.
          if (found.kind === "deleted" && quotaOf(claims.policy)?.objects !== undefined)
            await this.forgetObject({ key: claims.key, stores: [claims.store] });
          return found;
        },
        countLeftover: (claims, object) =>
          this.#transact(() => {
            const quota = quotaOf(claims.policy);
            this.#prepareFor(quota);
            countLeftover(this.#sql, { claims, object, quota }, now());
          }),
        settle: (id, outcome) => void this.#transact(() => this.#settle(id, outcome, now())),
      };
    }

    #settle(id: string, outcome: Outcome, nowMs: number): UploadRecord | undefined {
      const claims = findRecord(this.#sql, id)?.claims;
      if (!claims) return undefined;
      const { quotaOf, deliver } = this.#dependencies;
      const quota = quotaOf(claims.policy);
      this.#prepareFor(quota);
      return settle(this.#sql, id, outcome, {
        quota,
        hasWebhook: deliver !== undefined,
        nowMs,
        cleanUpAtMs: lastArrivalMs(claims),
      });
    }

    /** Creates the tables that a quota needs. Runs in a transaction. */
    #prepareFor(quota: Quota | undefined): void {
      if (this.#countsStored || quota?.objects === undefined) return;
      addOptional(this.#sql, "stored");
      this.#countsStored = true;
    }

    #transact<T>(change: () => T): T {
      try {
        return this.ctx.storage.transactionSync(change);
      } catch (error) {
        // What was created in the transaction is gone with it.
        this.#countsStored = hasAddition(this.#sql, "stored");
        throw error;
      }
    }

    /** Runs one change in a transaction, and sets the alarm that follows from it. */
    async #change<T>(change: (nowMs: number) => T): Promise<T> {
      await this.#open();
      const result = this.#transact(() => change(this.#dependencies.now()));
      await this.#schedule();
      return result;
    }

    /** Runs a read. It creates no tables: where there are none, the result is `empty`. */
    async #read<T>(read: () => T, empty: T): Promise<T> {
      const isFirst = !this.#isOpen;
      if (isFirst && !hasTables(this.#sql)) return empty;
      await this.#open();
      const result = read();
      // A change sets the alarm anyway.
      if (isFirst) await this.#schedule();
      return result;
    }

    async #attempt(work: () => Promise<void>): Promise<boolean> {
      try {
        await work();
        return true;
      } catch (error) {
        this.#dependencies.log("alarm-failed", { reason: describeError(error) });
        return false;
      }
    }

    /** Once per instance. An alarm that was due before may never come: it counts as not set. */
    async #open(): Promise<void> {
      if (this.#isOpen) return;
      this.ctx.storage.transactionSync(() => migrate(this.#sql));
      this.#countsStored = hasAddition(this.#sql, "stored");
      const alarmAtMs = (await this.ctx.storage.getAlarm()) ?? 0;
      this.#alarmAtMs = alarmAtMs > this.#dependencies.now() ? alarmAtMs : undefined;
      this.#isOpen = true;
    }

    /** Sets the alarm to the next due time. A ledger without any data deletes itself. */
    async #schedule(): Promise<void> {
      const { deliver, now } = this.#dependencies;
      const { upload, message, stored, idle } = this.#sql
        .exec<Record<"upload" | "message" | "stored" | "idle", number | null>>(
          `SELECT (SELECT min(due_ms) FROM upload) AS upload,
             (${this.#countsStored ? NEXT_LOOK : "NULL"}) AS stored,
             (SELECT min(next_ms) FROM message) AS message,
             (SELECT max(start_ms + 2000 * seconds) FROM window) AS idle`,
        )
        .one();
      const due = Math.min(
        ...[upload, deliver && message, stored].map((dueMs) => dueMs ?? Infinity),
      );
      const next = due < Infinity ? due : (idle ?? 0);
      if (due < Infinity || next > now()) {
        // In the same event as the change, so that both are stored or neither. The platform may drop
        // an alarm that is set in the past (cloudflare/workerd 6866).
        if (this.#alarmAtMs !== next) await this.ctx.storage.setAlarm(Math.max(next, now() + 1));
        this.#alarmAtMs = next;
        return;
      }
      // What is stored counts for as long as it is.
      if (this.#countsStored && hasStored(this.#sql)) return;
      this.#isOpen = false;
      this.#alarmAtMs = undefined;
      await this.ctx.storage.deleteAll();
    }
  };
}
